namespace Sluice.TestBed;

/// <summary>A kind with <c>spec.suspend</c> that is not Flux's: that of the tofu-controller, as far as tests need it.</summary>
public static class TerraformCrd
{
    /// <summary>Its definition's name, as <c>--additional-kinds</c> takes it.</summary>
    public const string Name = "terraforms.infra.contrib.fluxcd.io";

    /// <summary>Installs it, and waits until it is served.</summary>
    public static async Task InstallAsync(ControlPlane controlPlane)
    {
        await controlPlane.Kubectl.ApplyAsync("""
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: terraforms.infra.contrib.fluxcd.io}
            spec:
              group: infra.contrib.fluxcd.io
              scope: Namespaced
              names: {kind: Terraform, plural: terraforms, singular: terraform, shortNames: [tf]}
              versions:
                - name: v1alpha2
                  served: true
                  storage: true
                  subresources: {status: {}}
                  schema:
                    openAPIV3Schema:
                      type: object
                      properties:
                        spec: {type: object, x-kubernetes-preserve-unknown-fields: true, properties: {suspend: {type: boolean}}}
                        status: {type: object, x-kubernetes-preserve-unknown-fields: true}
            """);
        await controlPlane.Kubectl.RunAsync("wait", "--for=condition=Established", $"crd/{Name}");
    }
}
