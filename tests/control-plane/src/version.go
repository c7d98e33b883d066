package main

import (
	"fmt"

	"k8s.io/apimachinery/pkg/util/version"
	"k8s.io/apiserver/pkg/util/compatibility"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	basecompatibility "k8s.io/component-base/compatibility"
)

// emulate has the libraries do as an older minor version of Kubernetes: its
// feature gates, the CEL functions that new expressions may use, the kinds that
// are served. kube-apiserver goes three minor versions back; here the floor is
// passed over, so what a release did before 1.31 is only what the libraries
// still know of it. It must come before anything asks for a feature gate.
func emulate(o *serverOptions) error {
	registry := compatibility.DefaultComponentGlobalsRegistry
	if err := registry.Set(); err != nil || o.emulatedVersion == "" {
		return err
	}
	v, err := version.ParseMajorMinor(o.emulatedVersion)
	if err != nil {
		return fmt.Errorf("--emulated-version=%s: %w", o.emulatedVersion, err)
	}
	effective := registry.EffectiveVersionFor(basecompatibility.DefaultKubeComponent).(basecompatibility.MutableEffectiveVersion)
	if v.GreaterThan(effective.BinaryVersion()) {
		return fmt.Errorf("--emulated-version=%s: this is %s", o.emulatedVersion, effective.BinaryVersion())
	}
	before := v.SubtractMinor(1) // a release can be rolled back to the one before
	effective.SetEmulationVersion(v)
	effective.SetMinCompatibilityVersion(before)
	if v.LessThan(version.MajorMinor(1, 36)) {
		o.mutatingPolicies = false
	}
	return utilfeature.DefaultMutableFeatureGate.SetEmulationVersionAndMinCompatibilityVersion(v, before)
}
