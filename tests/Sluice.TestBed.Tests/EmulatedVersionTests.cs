namespace Sluice.TestBed.Tests;

public sealed class EmulatedVersionTests : IAsyncLifetime
{
    private ControlPlane _controlPlane = null!;

    public async ValueTask InitializeAsync() =>
        _controlPlane = await ControlPlane.StartAsync(new() { EmulatedVersion = ControlPlaneOptions.OldestSupportedVersion });

    public ValueTask DisposeAsync() => _controlPlane.DisposeAsync();

    [Fact]
    public async Task As_an_older_Kubernetes_it_serves_and_understands_what_that_one_does()
    {
        (await _controlPlane.Kubectl.RunAsync("api-resources", "--api-group=admissionregistration.k8s.io", "-o", "name"))
            .Should().Contain("validatingadmissionpolicies").And.NotContain("mutatingadmissionpolicies");
        // has() and exists are in every version; format is of 1.31; ip is of 1.30, so that a policy with it would not outlive a roll-back to 1.29.
        await ApplyAsync("has(object.data) && object.data.exists(k, k == 'a')");
        foreach (var newer in new[] { "format", "ip" })
        {
            var apply = () => ApplyAsync(newer == "ip" ? "ip('127.0.0.1').isLoopback()" : "!format.dns1123Label().validate(object.metadata.name).hasValue()");
            (await apply.Should().ThrowAsync<KubectlException>()).Which.Error.Should().Contain($"undeclared reference to '{newer}'");
        }

        var crd = () => _controlPlane.Kubectl.ApplyAsync("""
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: weirs.test.example.com}
            spec:
              group: test.example.com
              scope: Namespaced
              names: {plural: weirs, singular: weir, kind: Weir}
              versions:
              - name: v1
                served: true
                storage: true
                schema:
                  openAPIV3Schema:
                    type: object
                    properties:
                      name: {type: string, maxLength: 10, x-kubernetes-validations: [{rule: "!format.dns1123Label().validate(self).hasValue()"}]}
            """);
        (await crd.Should().ThrowAsync<KubectlException>()).Which.Error.Should().Contain("undeclared reference to 'format'");
    }

    private Task<string> ApplyAsync(string expression) => _controlPlane.Kubectl.ApplyAsync(
        $$"""
        apiVersion: admissionregistration.k8s.io/v1
        kind: ValidatingAdmissionPolicy
        metadata: {name: policy}
        spec:
          matchConstraints: {resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [configmaps]}]}
          validations: [{expression: "{{expression}}"}]
        """);
}
