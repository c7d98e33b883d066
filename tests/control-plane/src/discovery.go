package main

import (
	"sort"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	listersapiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/client/listers/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/version"
	genericapiserver "k8s.io/apiserver/pkg/server"
	"k8s.io/client-go/tools/cache"
)

// crdGroups lists the groups of CRDs in the plain, unaggregated /apis.
func crdGroups(server *genericapiserver.GenericAPIServer, lister listersapiextensionsv1.CustomResourceDefinitionLister) cache.ResourceEventHandler {
	sync := func(obj interface{}) {
		if gone, ok := obj.(cache.DeletedFinalStateUnknown); ok {
			obj = gone.Obj
		}
		group := obj.(*apiextensionsv1.CustomResourceDefinition).Spec.Group
		api := metav1.APIGroup{Name: group}
		all, _ := lister.List(everything)
		seen := map[string]bool{}
		for _, crd := range all {
			if crd.Spec.Group != group || !established(crd) {
				continue
			}
			for _, v := range crd.Spec.Versions {
				if v.Served && !seen[v.Name] {
					seen[v.Name] = true
					api.Versions = append(api.Versions, metav1.GroupVersionForDiscovery{GroupVersion: group + "/" + v.Name, Version: v.Name})
				}
			}
		}
		if len(api.Versions) == 0 {
			server.DiscoveryGroupManager.RemoveGroup(group)
			return
		}
		sortVersions(api.Versions)
		api.PreferredVersion = api.Versions[0]
		server.DiscoveryGroupManager.AddGroup(api)
	}
	return cache.ResourceEventHandlerFuncs{
		AddFunc:    sync,
		UpdateFunc: func(_, obj interface{}) { sync(obj) },
		DeleteFunc: sync,
	}
}

func established(crd *apiextensionsv1.CustomResourceDefinition) bool {
	for _, c := range crd.Status.Conditions {
		if c.Type == apiextensionsv1.Established {
			return c.Status == apiextensionsv1.ConditionTrue
		}
	}
	return false
}

// sortVersions puts v2 before v1 before v1beta1.
func sortVersions(versions []metav1.GroupVersionForDiscovery) {
	sort.Slice(versions, func(i, j int) bool {
		return version.CompareKubeAwareVersionStrings(versions[i].Version, versions[j].Version) > 0
	})
}
