namespace Sluice.TestBed.Tests;

public sealed class AdmissionValidationTests(RunningControlPlane running) : IClassFixture<RunningControlPlane>
{
    private const string Rule = "{apiGroups: [\"\"], apiVersions: [v1], operations: [CREATE], resources: [configmaps]}";

    private const string Webhook =
        "name: a.example.com, clientConfig: {url: \"https://127.0.0.1:1/\"}, sideEffects: None, admissionReviewVersions: [v1], rules: [" + Rule + "]";

    private const string Match = "matchConstraints: {resourceRules: [" + Rule + "]}";

    private readonly ControlPlane _controlPlane = running.ControlPlane;

    [Theory]
    [InlineData("{" + Webhook + ", matchConditions: [{name: broken, expression: object.}]}", "matchConditions[0].expression")]
    [InlineData("{" + Webhook + ", matchConditions: [{name: broken, expression: \"request.userInfo.groups != null\"}]}", "no matching overload")]
    [InlineData("{" + Webhook + ", matchConditions: [{name: same, expression: \"true\"}, {name: same, expression: \"true\"}]}", "matchConditions[1].name: Duplicate")]
    [InlineData("{" + Webhook + "}, {" + Webhook + "}", "webhooks[1].name: Duplicate")]
    [InlineData("{" + Webhook + ", timeoutSeconds: 31}", "between 1 and 30 seconds")]
    [InlineData("{" + Webhook + ", failurePolicy: Sometimes}", "failurePolicy: Unsupported value")]
    [InlineData("{" + Webhook + ", matchPolicy: Alike}", "matchPolicy: Unsupported value")]
    [InlineData("{" + Webhook + ", objectSelector: {matchLabels: {a: \"no good\"}}}", "objectSelector.matchLabels")]
    [InlineData("{name: a.example.com, clientConfig: {url: \"https://127.0.0.1:1/\", caBundle: \"%\"}, sideEffects: None, admissionReviewVersions: [v1]}", "illegal base64")]
    [InlineData("{name: a.example.com, clientConfig: {url: \"http://127.0.0.1:1/\"}, sideEffects: None, admissionReviewVersions: [v1]}", "'https' is the only allowed")]
    [InlineData("{name: a.example.com, clientConfig: {}, sideEffects: None, admissionReviewVersions: [v1]}", "exactly one of url or service")]
    [InlineData("{name: short, clientConfig: {url: \"https://127.0.0.1:1/\"}, sideEffects: None, admissionReviewVersions: [v1]}", "at least three segments")]
    [InlineData("{name: a.example.com, clientConfig: {url: \"https://127.0.0.1:1/\"}, sideEffects: Some, admissionReviewVersions: [v1]}", "sideEffects: Unsupported value")]
    [InlineData("{name: a.example.com, clientConfig: {url: \"https://127.0.0.1:1/\"}, admissionReviewVersions: [v1]}", "sideEffects: Required")]
    [InlineData("{name: a.example.com, clientConfig: {url: \"https://127.0.0.1:1/\"}, sideEffects: None, admissionReviewVersions: [v2]}", "at least one of v1, v1beta1")]
    public async Task A_webhook_configuration_that_kube_apiserver_would_refuse_is_refused(string webhooks, string because)
    {
        foreach (var kind in new[] { "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration" })
        {
            await RefusesAsync($$$"""{apiVersion: admissionregistration.k8s.io/v1, kind: {{{kind}}}, metadata: {name: bad}, webhooks: [{{{webhooks}}}]}""", because);
        }
    }

    [Theory]
    [InlineData(Match + ", validations: [{expression: \"object.metadata.name == 1 +\"}]", "spec.validations[0].expression")]
    [InlineData(Match + ", validations: [{expression: \"1 + 1\"}]", "must evaluate to bool")]
    [InlineData(Match + ", validations: [{expression: \"true\", messageExpression: \"1\"}]", "spec.validations[0].messageExpression")]
    [InlineData(Match + ", validations: [{expression: \"true\", reason: Because}]", "reason: Unsupported value")]
    [InlineData(Match + ", validations: [{expression: \"variables.missing\"}]", "undefined field 'missing'")]
    [InlineData(Match + ", validations: [{expression: params.a}]", "undeclared reference to 'params'")]
    [InlineData(Match + ", variables: [{name: groups, expression: \"request.userInfo.groups != null\"}], validations: [{expression: \"true\"}]", "spec.variables[0].expression")]
    [InlineData(Match + ", variables: [{name: if, expression: \"true\"}], validations: [{expression: \"true\"}]", "not a valid CEL identifier")]
    [InlineData(Match + ", variables: [{name: a, expression: \"true\"}], matchConditions: [{name: a, expression: variables.a}], validations: [{expression: \"true\"}]", "spec.matchConditions[0].expression")]
    [InlineData("validations: [{expression: \"true\"}]", "spec.matchConstraints.resourceRules: Required")]
    [InlineData(Match, "spec.validations: Required")]
    [InlineData("matchConstraints: {resourceRules: [{apiGroups: [\"\"], apiVersions: [v1], operations: [\"*\", CREATE], resources: [configmaps]}]}, validations: [{expression: \"true\"}]", "if '*' is present")]
    public async Task A_validating_policy_that_kube_apiserver_would_refuse_is_refused(string spec, string because) => await RefusesAsync(
        $$$"""{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingAdmissionPolicy, metadata: {name: bad}, spec: { {{{spec}}} }}""", because);

    [Theory]
    [InlineData(Match + ", reinvocationPolicy: Never", "spec.mutations: Required")]
    [InlineData(Match + ", mutations: [{patchType: JSONPatch, jsonPatch: {expression: \"[]\"}}]", "spec.reinvocationPolicy")]
    [InlineData(Match + ", reinvocationPolicy: Never, mutations: [{patchType: ApplyConfiguration, jsonPatch: {expression: \"[]\"}}]", "spec.mutations[0].patchType")]
    [InlineData(Match + ", reinvocationPolicy: Never, mutations: [{patchType: ApplyConfiguration, applyConfiguration: {expression: \"object\"}}]", "must evaluate to Object")]
    [InlineData(Match + ", reinvocationPolicy: Never, mutations: [{patchType: JSONPatch, jsonPatch: {expression: \"[JSONPatch{op: 1}]\"}}]", "spec.mutations[0].jsonPatch.expression")]
    public async Task A_mutating_policy_that_kube_apiserver_would_refuse_is_refused(string spec, string because) => await RefusesAsync(
        $$$"""{apiVersion: admissionregistration.k8s.io/v1, kind: MutatingAdmissionPolicy, metadata: {name: bad}, spec: { {{{spec}}} }}""", because);

    [Theory]
    [InlineData("ValidatingAdmissionPolicyBinding", "validationActions: [Deny]", "spec.policyName: Required")]
    [InlineData("ValidatingAdmissionPolicyBinding", "policyName: a", "at least one validation action")]
    [InlineData("ValidatingAdmissionPolicyBinding", "policyName: a, validationActions: [Deny, Warn]", "both Deny and Warn")]
    [InlineData("ValidatingAdmissionPolicyBinding", "policyName: a, validationActions: [Deny], paramRef: {name: p}", "parameterNotFoundAction: Required")]
    [InlineData("MutatingAdmissionPolicyBinding", "policyName: a, paramRef: {parameterNotFoundAction: Deny}", "exactly one of name or selector")]
    public async Task A_policy_binding_that_kube_apiserver_would_refuse_is_refused(string kind, string spec, string because) => await RefusesAsync(
        $$$"""{apiVersion: admissionregistration.k8s.io/v1, kind: {{{kind}}}, metadata: {name: bad}, spec: { {{{spec}}} }}""", because);

    [Fact]
    public async Task An_update_is_validated_as_a_creation_is()
    {
        await _controlPlane.Kubectl.ApplyAsync(Policy("updated", "true"));

        await RefusesAsync(Policy("updated", "object."), "spec.validations[0].expression", "replace");

        await _controlPlane.Kubectl.ApplyAsync(Policy("updated", "false"));
    }

    [Fact]
    public async Task What_a_webhook_or_a_policy_leaves_out_is_filled_in()
    {
        await _controlPlane.Kubectl.ApplyAsync(
            $$$"""
            apiVersion: admissionregistration.k8s.io/v1
            kind: MutatingWebhookConfiguration
            metadata: {name: defaulted}
            webhooks: [{name: a.example.com, clientConfig: {service: {namespace: none, name: none}}, sideEffects: None, admissionReviewVersions: [v1], objectSelector: {matchLabels: {test: defaults}}, rules: [{{{Rule}}}]}]
            """);
        await _controlPlane.Kubectl.ApplyAsync(Policy("defaulted", "true"));

        (await _controlPlane.Kubectl.RunAsync("get", "mutatingwebhookconfiguration", "defaulted", "-o", "jsonpath={range .webhooks[0]}{.failurePolicy} {.matchPolicy} {.timeoutSeconds} {.reinvocationPolicy} {.namespaceSelector} {.rules[0].scope} {.clientConfig.service.port}{end}"))
            .Should().Be("Fail Equivalent 10 Never {} * 443");
        (await _controlPlane.Kubectl.RunAsync("get", "validatingadmissionpolicy", "defaulted", "-o", "jsonpath={range .spec}{.failurePolicy} {.matchConstraints.matchPolicy} {.matchConstraints.namespaceSelector} {.matchConstraints.objectSelector} {.matchConstraints.resourceRules[0].scope}{end}"))
            .Should().Be("Fail Equivalent {} {} *");
    }

    private static string Policy(string name, string expression) =>
        $$$"""{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingAdmissionPolicy, metadata: {name: {{{name}}}}, spec: { {{{Match}}}, validations: [{expression: "{{{expression}}}"}]}}""";

    // Not apply: what is listed twice a server-side apply would refuse before validation does.
    private async Task RefusesAsync(string manifest, string because, string verb = "create")
    {
        var write = () => _controlPlane.Kubectl.RunAsync([verb, "--filename=-"], manifest, TestContext.Current.CancellationToken);
        (await write.Should().ThrowAsync<KubectlException>()).Which.Error.Should().Contain(because);
    }
}
