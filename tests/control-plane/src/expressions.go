package main

import (
	"strings"
	"sync"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/apiserver/pkg/admission/plugin/cel"
	"k8s.io/apiserver/pkg/admission/plugin/policy/validating"
	"k8s.io/apiserver/pkg/admission/plugin/webhook/matchconditions"
	"k8s.io/apiserver/pkg/cel/environment"
)

// expressions compiles the CEL of an object that is written. As in
// kube-apiserver, an expression that the object had before may use every
// function there is, and a new one only those that the minor version before
// this one had too.
type expressions struct {
	had       map[string]bool
	hasParams bool
	composed  *cel.CompositedCompiler // of a policy: knows its variables
}

// plainCompiler knows no variables: match conditions cannot use them.
var plainCompiler = sync.OnceValue(func() cel.Compiler { return cel.NewCompiler(celEnvironment()) })

func celEnvironment() *environment.EnvSet {
	return environment.MustBaseEnvSet(environment.DefaultCompatibilityVersion())
}

func webhookExpressions(old runtime.Object) *expressions {
	return &expressions{had: expressionsOf(old)}
}

func policyExpressions(old runtime.Object, hasParams bool) *expressions {
	composed, err := cel.NewCompositedCompiler(celEnvironment())
	utilruntime.Must(err)
	return &expressions{expressionsOf(old), hasParams, composed}
}

// declarations are the names that an expression of the object may use.
func (e *expressions) declarations() cel.OptionalVariableDeclarations {
	return cel.OptionalVariableDeclarations{HasParams: e.hasParams, HasAuthorizer: true}
}

func (e *expressions) validate(p *field.Path, compiler cel.Compiler, x cel.ExpressionAccessor, names cel.OptionalVariableDeclarations) field.ErrorList {
	if strings.TrimSpace(x.GetExpression()) == "" {
		return field.ErrorList{field.Required(p, "expression is not specified")}
	}
	return invalidExpression(p, x, compiler.CompileCELExpression(x, names, e.environment(x)))
}

func (e *expressions) environment(x cel.ExpressionAccessor) environment.Type {
	if e.had[x.GetExpression()] {
		return environment.StoredExpressions
	}
	return environment.NewExpressions
}

func invalidExpression(p *field.Path, x cel.ExpressionAccessor, result cel.CompilationResult) field.ErrorList {
	if result.Error == nil {
		return nil
	}
	return field.ErrorList{field.Invalid(p, x.GetExpression(), result.Error.Detail)}
}

// validateVariables makes each variable known to those after it.
func (e *expressions) validateVariables(p *field.Path, variables []admissionregistrationv1.Variable) (errs field.ErrorList) {
	for i, v := range variables {
		if !isCELIdentifier(v.Name) {
			errs = append(errs, field.Invalid(p.Index(i).Child("name"), v.Name, "name is not a valid CEL identifier"))
		}
		x := &validating.Variable{Name: v.Name, Expression: v.Expression}
		result := e.composed.CompileAndStoreVariable(x, e.declarations(), e.environment(x))
		errs = append(errs, invalidExpression(p.Index(i).Child("expression"), x, result)...)
	}
	return errs
}

func (e *expressions) validateMatchConditions(p *field.Path, conditions []admissionregistrationv1.MatchCondition) (errs field.ErrorList) {
	if len(conditions) > 64 {
		errs = append(errs, field.TooMany(p, len(conditions), 64))
	}
	names := map[string]bool{}
	for i := range conditions {
		c, at := &conditions[i], p.Index(i)
		errs = append(errs, validateQualifiedName(at.Child("name"), c.Name)...)
		errs = append(errs, validateUnique(at.Child("name"), names, c.Name)...)
		errs = append(errs, e.validate(at.Child("expression"), plainCompiler(), (*matchconditions.MatchCondition)(c), e.declarations())...)
	}
	return errs
}

// expressionsOf collects the CEL of a webhook configuration or a policy; obj
// may be nil.
func expressionsOf(obj runtime.Object) map[string]bool {
	all := map[string]bool{}
	conditions := func(list []admissionregistrationv1.MatchCondition) {
		for _, c := range list {
			all[c.Expression] = true
		}
	}
	variables := func(list []admissionregistrationv1.Variable) {
		for _, v := range list {
			all[v.Expression] = true
		}
	}
	switch o := obj.(type) {
	case *admissionregistrationv1.ValidatingWebhookConfiguration:
		for _, h := range o.Webhooks {
			conditions(h.MatchConditions)
		}
	case *admissionregistrationv1.MutatingWebhookConfiguration:
		for _, h := range o.Webhooks {
			conditions(h.MatchConditions)
		}
	case *admissionregistrationv1.ValidatingAdmissionPolicy:
		conditions(o.Spec.MatchConditions)
		variables(o.Spec.Variables)
		for _, v := range o.Spec.Validations {
			all[v.Expression], all[v.MessageExpression] = true, true
		}
		for _, a := range o.Spec.AuditAnnotations {
			all[a.ValueExpression] = true
		}
	case *admissionregistrationv1.MutatingAdmissionPolicy:
		conditions(o.Spec.MatchConditions)
		variables(o.Spec.Variables)
		for _, m := range o.Spec.Mutations {
			if m.JSONPatch != nil {
				all[m.JSONPatch.Expression] = true
			}
			if m.ApplyConfiguration != nil {
				all[m.ApplyConfiguration.Expression] = true
			}
		}
	}
	return all
}
