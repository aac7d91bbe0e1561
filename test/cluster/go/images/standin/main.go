// Standin stands for the x0tta6bl4 application: it answers health checks and /metrics on 8080, needs no file system and
// runs as any user. Called as `standin fetch URL` it is a client: it prints the answer's status and ends.
package main

import (
	"fmt"
	"log"
	"net/http"
	"os"
	"time"
)

func main() {
	if len(os.Args) == 3 && os.Args[1] == "fetch" {
		client := http.Client{Timeout: 5 * time.Second}
		response, err := client.Get(os.Args[2])
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(response.StatusCode)
		return
	}
	server := http.Server{Addr: ":8080", ReadHeaderTimeout: 5 * time.Second, Handler: http.HandlerFunc(answer)}
	log.Fatal(server.ListenAndServe())
}

func answer(writer http.ResponseWriter, request *http.Request) {
	if request.URL.Path == "/metrics" {
		fmt.Fprintln(writer, "# TYPE up gauge\nup 1")
		return
	}
	fmt.Fprintln(writer, "ok")
}
