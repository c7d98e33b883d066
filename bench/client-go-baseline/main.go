// Command client-go-baseline is the least that a gating controller on client-go can be: what sluice-controller's figures are compared with.
//
// It has two informers, on Gates and on Kustomizations, and keeps the objects whole, as client-go does. It latches requests by annotation
// into the condition Opened of the gate and holds and releases what names the gate, both by server-side apply. It has no windows, no
// access rules, no other kinds, no Events, no conditions on gated objects and no metrics, all of which sluice-controller has.
// With --history it keeps the last twenty transitions and a Ready condition in the gate's status, as sluice-controller does: most of what a
// request to a gate costs is what the API server does with that status.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
	"k8s.io/client-go/util/workqueue"
)

const (
	manager     = "sluice"
	gatesOf     = "gating.toolkit.fluxcd.io/gates"
	heldBy      = "gating.toolkit.fluxcd.io/held-by"
	heldSince   = "gating.toolkit.fluxcd.io/held-since"
	openRequest = "open.gate.fluxcd.io/requestedAt"
	shutRequest = "close.gate.fluxcd.io/requestedAt"
	byGate      = "gate"
)

var (
	gateResource   = schema.GroupVersionResource{Group: "gating.toolkit.fluxcd.io", Version: "v1alpha1", Resource: "gates"}
	objectResource = schema.GroupVersionResource{Group: "kustomize.toolkit.fluxcd.io", Version: "v1", Resource: "kustomizations"}
)

type controller struct {
	client         dynamic.Interface
	history        bool
	gates, objects cache.SharedIndexInformer
	gateQueue      workqueue.TypedRateLimitingInterface[string]
	objectQueue    workqueue.TypedRateLimitingInterface[string]
}

func main() {
	kubeconfig := flag.String("kubeconfig", os.Getenv("KUBECONFIG"), "")
	health := flag.String("health-addr", "127.0.0.1:9440", "")
	namespace := flag.String("runtime-namespace", "default", "")
	concurrent := flag.Int("concurrent", 4, "")
	qps := flag.Float64("kube-api-qps", 50, "")
	burst := flag.Int("kube-api-burst", 300, "")
	history := flag.Bool("history", false, "keep the last twenty transitions of a gate in its status")
	flag.String("metrics-addr", "", "taken and not used")
	flag.Bool("enable-leader-election", true, "taken and not used: it always does")
	flag.Parse()

	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	must(err)
	config.QPS, config.Burst = float32(*qps), *burst
	if *qps <= 0 {
		config.QPS = -1
	}
	factory := dynamicinformer.NewDynamicSharedInformerFactory(dynamic.NewForConfigOrDie(config), 0)
	limiter := workqueue.DefaultTypedControllerRateLimiter[string]
	c := &controller{
		client:      dynamic.NewForConfigOrDie(config),
		history:     *history,
		gates:       factory.ForResource(gateResource).Informer(),
		objects:     factory.ForResource(objectResource).Informer(),
		gateQueue:   workqueue.NewTypedRateLimitingQueue(limiter()),
		objectQueue: workqueue.NewTypedRateLimitingQueue(limiter()),
	}
	c.connect()

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	var ready atomic.Bool
	http.HandleFunc("/readyz", func(w http.ResponseWriter, _ *http.Request) {
		if !ready.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	go func() { must(http.ListenAndServe(*health, nil)) }()
	factory.Start(ctx.Done())
	cache.WaitForCacheSync(ctx.Done(), c.gates.HasSynced, c.objects.HasSynced)
	ready.Store(true)

	identity, _ := os.Hostname()
	leaderelection.RunOrDie(ctx, leaderelection.LeaderElectionConfig{
		Lock: &resourcelock.LeaseLock{
			LeaseMeta:  metav1.ObjectMeta{Name: "client-go-baseline", Namespace: *namespace},
			Client:     kubernetes.NewForConfigOrDie(config).CoordinationV1(),
			LockConfig: resourcelock.ResourceLockConfig{Identity: fmt.Sprintf("%s-%d", identity, os.Getpid())},
		},
		ReleaseOnCancel: true, LeaseDuration: 35 * time.Second, RenewDeadline: 30 * time.Second, RetryPeriod: 5 * time.Second,
		Callbacks: leaderelection.LeaderCallbacks{OnStartedLeading: func(ctx context.Context) { c.work(ctx, *concurrent) }, OnStoppedLeading: func() {}},
	})
}

func (c *controller) connect() {
	must(c.objects.AddIndexers(cache.Indexers{byGate: func(o any) ([]string, error) {
		object := o.(*unstructured.Unstructured)
		if gate := object.GetAnnotations()[gatesOf]; gate != "" {
			return []string{object.GetNamespace() + "/" + gate}, nil
		}
		return nil, nil
	}}))
	_, err := c.gates.AddEventHandler(handler(func(key string) {
		c.gateQueue.Add(key)
		c.lookAt(key)
	}))
	must(err)
	_, err = c.objects.AddEventHandler(handler(c.objectQueue.Add))
	must(err)
}

func handler(add func(string)) cache.ResourceEventHandler {
	enqueue := func(o any) {
		if key, err := cache.DeletionHandlingMetaNamespaceKeyFunc(o); err == nil {
			add(key)
		}
	}
	return cache.ResourceEventHandlerFuncs{AddFunc: enqueue, UpdateFunc: func(_, o any) { enqueue(o) }, DeleteFunc: enqueue}
}

func (c *controller) lookAt(gate string) {
	keys, _ := c.objects.GetIndexer().IndexKeys(byGate, gate)
	for _, key := range keys {
		c.objectQueue.Add(key)
	}
}

func (c *controller) work(ctx context.Context, workers int) {
	for range workers {
		go run(ctx, c.gateQueue, c.reconcileGate)
		go run(ctx, c.objectQueue, c.reconcileObject)
	}
	<-ctx.Done()
	c.gateQueue.ShutDown()
	c.objectQueue.ShutDown()
}

func run(ctx context.Context, queue workqueue.TypedRateLimitingInterface[string], reconcile func(context.Context, string) error) {
	for {
		key, shutdown := queue.Get()
		if shutdown {
			return
		}
		if err := reconcile(ctx, key); err != nil && !errors.Is(err, context.Canceled) {
			queue.AddRateLimited(key)
		} else {
			queue.Forget(key)
		}
		queue.Done(key)
	}
}

func (c *controller) reconcileGate(ctx context.Context, key string) error {
	o, exists, err := c.gates.GetStore().GetByKey(key)
	if err != nil || !exists {
		return err
	}
	gate := o.(*unstructured.Unstructured)
	opened := wanted(gate)
	if is, known := isOpened(gate); known && is == opened {
		return nil
	}
	status, message := metav1.ConditionFalse, "Gate closed"
	if opened {
		status, message = metav1.ConditionTrue, "Gate opened"
	}
	return c.apply(ctx, gateResource, gate, "status", map[string]any{
		"apiVersion": gate.GetAPIVersion(), "kind": gate.GetKind(),
		"metadata": map[string]any{"name": gate.GetName(), "namespace": gate.GetNamespace(), "resourceVersion": gate.GetResourceVersion()},
		"status": c.status(gate, status, message),
	})
}

func (c *controller) status(gate *unstructured.Unstructured, opened metav1.ConditionStatus, message string) map[string]any {
	now := metav1.Now()
	condition := func(kind string, status metav1.ConditionStatus, message string) metav1.Condition {
		return metav1.Condition{Type: kind, Status: status, Reason: "ReconciliationSucceeded", Message: message, ObservedGeneration: gate.GetGeneration(), LastTransitionTime: now}
	}
	if !c.history {
		return map[string]any{"conditions": []any{condition("Opened", opened, message)}}
	}
	before, _, _ := unstructured.NestedSlice(gate.Object, "status", "history")
	to := "closed"
	if opened == metav1.ConditionTrue {
		to = "opened"
	}
	transition := map[string]any{"at": now, "to": to, "reason": "Requested", "by": "bench", "message": message + " requested at " + now.UTC().Format(time.RFC3339) + ", until closed again"}
	return map[string]any{
		"observedGeneration": gate.GetGeneration(),
		"conditions":         []any{condition("Ready", metav1.ConditionTrue, "Gate is in force"), condition("Opened", opened, message)},
		"history":            append([]any{transition}, before[:min(len(before), 19)]...),
	}
}

// The later request wins; without any, the default.
func wanted(gate *unstructured.Unstructured) bool {
	annotations := gate.GetAnnotations()
	opening, _ := time.Parse(time.RFC3339Nano, annotations[openRequest])
	closing, _ := time.Parse(time.RFC3339Nano, annotations[shutRequest])
	if opening.Equal(closing) {
		byDefault, _, _ := unstructured.NestedString(gate.Object, "spec", "default")
		return byDefault == "opened"
	}
	return opening.After(closing)
}

func isOpened(gate *unstructured.Unstructured) (opened, known bool) {
	conditions, _, _ := unstructured.NestedSlice(gate.Object, "status", "conditions")
	for _, condition := range conditions {
		if condition.(map[string]any)["type"] == "Opened" {
			return condition.(map[string]any)["status"] == "True", true
		}
	}
	return false, false
}

func (c *controller) reconcileObject(ctx context.Context, key string) error {
	o, exists, err := c.objects.GetStore().GetByKey(key)
	if err != nil || !exists {
		return err
	}
	object := o.(*unstructured.Unstructured)
	name := object.GetNamespace() + "/" + object.GetAnnotations()[gatesOf]
	opened := false
	if gate, exists, _ := c.gates.GetStore().GetByKey(name); exists {
		opened, _ = isOpened(gate.(*unstructured.Unstructured))
	}
	suspended, _, _ := unstructured.NestedBool(object.Object, "spec", "suspend")
	if suspended != opened {
		return nil
	}
	metadata := map[string]any{"name": object.GetName(), "namespace": object.GetNamespace(), "uid": object.GetUID(), "annotations": map[string]any{}}
	body := map[string]any{"apiVersion": object.GetAPIVersion(), "kind": object.GetKind(), "metadata": metadata}
	if !opened {
		metadata["annotations"] = map[string]any{heldBy: name + " (GateClosed)", heldSince: time.Now().UTC().Format(time.RFC3339)}
		body["spec"] = map[string]any{"suspend": true}
	}
	return c.apply(ctx, objectResource, object, "", body)
}

func (c *controller) apply(ctx context.Context, resource schema.GroupVersionResource, o *unstructured.Unstructured, subresource string, body map[string]any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	force := true
	var subresources []string
	if subresource != "" {
		subresources = []string{subresource}
	}
	_, err = c.client.Resource(resource).Namespace(o.GetNamespace()).Patch(
		ctx, o.GetName(), types.ApplyPatchType, data, metav1.PatchOptions{FieldManager: manager, Force: &force}, subresources...)
	return err
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "client-go-baseline:", err)
		os.Exit(1)
	}
}
