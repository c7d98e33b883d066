package main

import (
	"slices"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

func validateValidatingPolicyBinding(obj, _ runtime.Object) field.ErrorList {
	p, spec := field.NewPath("spec"), &obj.(*admissionregistrationv1.ValidatingAdmissionPolicyBinding).Spec
	errs := validatePolicyBinding(p, spec.PolicyName, spec.ParamRef, spec.MatchResources)
	at, actions := p.Child("validationActions"), spec.ValidationActions
	if len(actions) == 0 {
		errs = append(errs, field.Required(at, "at least one validation action is required"))
	}
	if slices.Contains(actions, admissionregistrationv1.Deny) && slices.Contains(actions, admissionregistrationv1.Warn) {
		errs = append(errs, field.Invalid(at, actions, "must not contain both Deny and Warn"))
	}
	seen := map[string]bool{}
	for i := range actions {
		errs = append(errs, validateOneOf(at.Index(i), &actions[i], admissionregistrationv1.Deny, admissionregistrationv1.Warn, admissionregistrationv1.Audit)...)
		errs = append(errs, validateUnique(at.Index(i), seen, string(actions[i]))...)
	}
	return errs
}

func validateMutatingPolicyBinding(obj, _ runtime.Object) field.ErrorList {
	spec := &obj.(*admissionregistrationv1.MutatingAdmissionPolicyBinding).Spec
	return validatePolicyBinding(field.NewPath("spec"), spec.PolicyName, spec.ParamRef, spec.MatchResources)
}

func validatePolicyBinding(p *field.Path, policy string, params *admissionregistrationv1.ParamRef, match *admissionregistrationv1.MatchResources) (errs field.ErrorList) {
	if policy == "" {
		errs = append(errs, field.Required(p.Child("policyName"), ""))
	} else {
		for _, msg := range apivalidation.NameIsDNSSubdomain(policy, false) {
			errs = append(errs, field.Invalid(p.Child("policyName"), policy, msg))
		}
	}
	if params != nil {
		at := p.Child("paramRef")
		if (params.Name == "") == (params.Selector == nil) {
			errs = append(errs, field.Invalid(at, params.Name, "exactly one of name or selector must be specified"))
		}
		if params.Name != "" {
			errs = append(errs, validateSegment(at.Child("name"), params.Name)...)
		}
		errs = append(errs, validateSelector(at.Child("selector"), params.Selector)...)
		errs = append(errs, validateRequired(at.Child("parameterNotFoundAction"), params.ParameterNotFoundAction)...)
		errs = append(errs, validateOneOf(at.Child("parameterNotFoundAction"), params.ParameterNotFoundAction,
			admissionregistrationv1.DenyAction, admissionregistrationv1.AllowAction)...)
	}
	return append(errs, validateMatch(p.Child("matchResources"), match)...)
}
