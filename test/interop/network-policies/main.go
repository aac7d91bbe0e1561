// Answers questions about connections as kube-network-policies does, the reference implementation of NetworkPolicy,
// AdminNetworkPolicy and BaselineAdminNetworkPolicy.
//
// Standard input holds one landscape a line, as JSON: its objects and the questions. Standard output gets one JSON array of
// booleans a line: whether the first packet of each connection is let through.
package main

import (
	"context"
	"net"
	_ "unsafe" // for the link to the evaluator, which the package does not export

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"sigs.k8s.io/kube-network-policies/pkg/networkpolicy"
	policyv1alpha1 "sigs.k8s.io/network-policy-api/apis/v1alpha1"
	policyclient "sigs.k8s.io/network-policy-api/pkg/client/clientset/versioned"
	policyinformers "sigs.k8s.io/network-policy-api/pkg/client/informers/externalversions"
	"x0tta6bl4.test/interop/lines"
)

// Landscape is what one line of the input holds.
type Landscape struct {
	Namespaces []*corev1.Namespace                          `json:"namespaces"`
	Pods       []*corev1.Pod                                `json:"pods"`
	Policies   []*networkingv1.NetworkPolicy                `json:"policies"`
	Admin      []*policyv1alpha1.AdminNetworkPolicy         `json:"admin"`
	Baseline   []*policyv1alpha1.BaselineAdminNetworkPolicy `json:"baseline"`
	Questions  []Question                                   `json:"questions"`
}

// Question is about one connection.
type Question struct {
	From     string          `json:"from"`
	To       string          `json:"to"`
	Protocol corev1.Protocol `json:"protocol"`
	Port     int             `json:"port"`
}

// packet has the fields of the package's own type of that name, in its order.
type packet struct {
	id      uint32
	family  corev1.IPFamily
	srcIP   net.IP
	dstIP   net.IP
	proto   corev1.Protocol
	srcPort int
	dstPort int
	payload []byte
}

//go:linkname evaluatePacket sigs.k8s.io/kube-network-policies/pkg/networkpolicy.(*Controller).evaluatePacket
func evaluatePacket(c *networkpolicy.Controller, ctx context.Context, p packet) bool

// defaulted fills in what the API server does: types of policies, and TCP where no protocol is named.
func defaulted(policy *networkingv1.NetworkPolicy) *networkingv1.NetworkPolicy {
	spec := &policy.Spec
	if len(spec.PolicyTypes) == 0 {
		spec.PolicyTypes = []networkingv1.PolicyType{networkingv1.PolicyTypeIngress}
		if len(spec.Egress) > 0 {
			spec.PolicyTypes = append(spec.PolicyTypes, networkingv1.PolicyTypeEgress)
		}
	}
	tcp := corev1.ProtocolTCP
	fill := func(ports []networkingv1.NetworkPolicyPort) {
		for i := range ports {
			if ports[i].Protocol == nil {
				ports[i].Protocol = &tcp
			}
		}
	}
	for _, rule := range spec.Ingress {
		fill(rule.Ports)
	}
	for _, rule := range spec.Egress {
		fill(rule.Ports)
	}
	// Storing an empty list loses it.
	if len(spec.Ingress) == 0 {
		spec.Ingress = nil
	}
	if len(spec.Egress) == 0 {
		spec.Egress = nil
	}
	return policy
}

func adminDefaulted(ports *[]policyv1alpha1.AdminNetworkPolicyPort) {
	if ports == nil {
		return
	}
	for _, port := range *ports {
		if port.PortNumber != nil && port.PortNumber.Protocol == "" {
			port.PortNumber.Protocol = corev1.ProtocolTCP
		}
		if port.PortRange != nil && port.PortRange.Protocol == "" {
			port.PortRange.Protocol = corev1.ProtocolTCP
		}
	}
}

func podDefaulted(pod *corev1.Pod) *corev1.Pod {
	for _, container := range pod.Spec.Containers {
		for i := range container.Ports {
			if container.Ports[i].Protocol == "" {
				container.Ports[i].Protocol = corev1.ProtocolTCP
			}
		}
	}
	return pod
}

func add[T metav1.Object](informer cache.SharedIndexInformer, objects []T) error {
	for _, object := range objects {
		if err := informer.GetStore().Add(object); err != nil {
			return err
		}
	}
	return nil
}

func controllerOf(landscape Landscape) (*networkpolicy.Controller, error) {
	// Nobody is asked: the stores are filled here.
	config := &rest.Config{Host: "http://127.0.0.1:1"}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	policies, err := policyclient.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	core := informers.NewSharedInformerFactory(client, 0)
	admin := policyinformers.NewSharedInformerFactory(policies, 0).Policy().V1alpha1()
	networkPolicies := core.Networking().V1().NetworkPolicies()
	namespaces, pods, nodes := core.Core().V1().Namespaces(), core.Core().V1().Pods(), core.Core().V1().Nodes()
	controller, err := networkpolicy.NewController(client, networkPolicies, namespaces, pods, nodes, policies,
		admin.AdminNetworkPolicies(), admin.BaselineAdminNetworkPolicies(), networkpolicy.Config{
			AdminNetworkPolicy: true, BaselineAdminNetworkPolicy: true, NodeName: "none",
		})
	if err != nil {
		return nil, err
	}
	for _, policy := range landscape.Policies {
		defaulted(policy)
	}
	for _, policy := range landscape.Admin {
		for _, rule := range policy.Spec.Ingress {
			adminDefaulted(rule.Ports)
		}
		for _, rule := range policy.Spec.Egress {
			adminDefaulted(rule.Ports)
		}
	}
	for _, policy := range landscape.Baseline {
		for _, rule := range policy.Spec.Ingress {
			adminDefaulted(rule.Ports)
		}
		for _, rule := range policy.Spec.Egress {
			adminDefaulted(rule.Ports)
		}
	}
	for _, pod := range landscape.Pods {
		podDefaulted(pod)
	}
	for _, err := range []error{
		add(namespaces.Informer(), landscape.Namespaces),
		add(pods.Informer(), landscape.Pods),
		add(networkPolicies.Informer(), landscape.Policies),
		add(admin.AdminNetworkPolicies().Informer(), landscape.Admin),
		add(admin.BaselineAdminNetworkPolicies().Informer(), landscape.Baseline),
	} {
		if err != nil {
			return nil, err
		}
	}
	return controller, nil
}

func answers(landscape Landscape) ([]bool, error) {
	controller, err := controllerOf(landscape)
	if err != nil {
		return nil, err
	}
	result := []bool{}
	for _, question := range landscape.Questions {
		result = append(result, evaluatePacket(controller, context.Background(), packet{
			family: corev1.IPv4Protocol,
			srcIP:  net.ParseIP(question.From), dstIP: net.ParseIP(question.To),
			proto: question.Protocol, srcPort: 50000, dstPort: question.Port,
		}))
	}
	return result, nil
}

func main() {
	lines.Main(answers)
}
