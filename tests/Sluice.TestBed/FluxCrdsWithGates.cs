namespace Sluice.TestBed;

/// <summary>The CRDs of <see cref="FluxCrds"/> with the field <c>spec.gates</c>, which the kustomize component in <c>config/flux</c> adds.</summary>
public static class FluxCrdsWithGates
{
    /// <summary>Installs the set that this machine has with the component, and waits until it is served.</summary>
    /// <param name="controlPlane">Where to; best before any other CRDs of Flux: a changed schema is served a moment after it is accepted.</param>
    /// <returns>Which set it is, for the output of tests.</returns>
    /// <exception cref="DirectoryNotFoundException">There are no CRDs of Flux on this machine.</exception>
    /// <exception cref="KubectlException">The component does not fit the CRDs, or the API server refused the result.</exception>
    public static async Task<FluxCrds> InstallAsync(ControlPlane controlPlane)
    {
        var crds = FluxCrds.Find();
        var folder = Directory.CreateTempSubdirectory("sluice-crds-with-gates-");
        try
        {
            var manifest = Path.Combine(folder.FullName, "built.yaml");
            await File.WriteAllTextAsync(manifest, await BuildAsync(controlPlane.Kubectl, crds.Folder));
            await controlPlane.InstallCrdsAsync(manifest);
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        return crds;
    }

    /// <summary>Builds a folder of CRDs with the component.</summary>
    /// <param name="kubectl">Its <c>kustomize</c> does it; no API server is asked.</param>
    /// <param name="folder">The folder; every <c>*.yaml</c> in it, but for a kustomization.yaml.</param>
    /// <returns>The manifest.</returns>
    /// <exception cref="KubectlException">The component does not fit the CRDs.</exception>
    public static async Task<string> BuildAsync(Kubectl kubectl, string folder)
    {
        // A copy: kustomize takes no files from outside the folder that it builds.
        var work = Directory.CreateTempSubdirectory("sluice-crds-with-gates-");
        try
        {
            List<string> resources = [];
            foreach (var file in Directory.EnumerateFiles(folder, "*.yaml").Where(file => Path.GetFileName(file) != "kustomization.yaml"))
            {
                resources.Add(Path.GetFileName(file));
                File.Copy(file, work.CreateSubdirectory("crds").FullName + "/" + Path.GetFileName(file));
            }

            var component = work.CreateSubdirectory("component");
            foreach (var file in Directory.EnumerateFiles(RepositoryRoot.Combine("config", "flux"), "*.yaml"))
            {
                File.Copy(file, Path.Combine(component.FullName, Path.GetFileName(file)));
            }

            var list = string.Concat(resources.Order(StringComparer.Ordinal).Select(name => $"\n  - crds/{name}"));
            await File.WriteAllTextAsync(
                Path.Combine(work.FullName, "kustomization.yaml"),
                $"apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:{list}\ncomponents:\n  - component\n");
            return await kubectl.RunAsync("kustomize", work.FullName);
        }
        finally
        {
            work.Delete(recursive: true);
        }
    }
}
