namespace Sluice.TestBed;

/// <summary>
/// The CRDs of Flux that tests use: Flux's own where this machine has them, else the small ones of the stand-in.
/// </summary>
/// <remarks>
/// Looked for in this order: the folder in the environment variable <c>SLUICE_FLUX_CRDS</c>; <c>../shared/flux-crds</c> beside the
/// repository (Flux's own, as released); <c>tests/flux-stand-in/crds</c>.
/// </remarks>
public sealed class FluxCrds
{
    private FluxCrds(string folder, bool areFluxsOwn)
    {
        Folder = folder;
        AreFluxsOwn = areFluxsOwn;
    }

    /// <summary>The folder with the manifests.</summary>
    public string Folder { get; }

    /// <summary>Whether these are Flux's own CRDs, not the stand-in's.</summary>
    public bool AreFluxsOwn { get; }

    /// <summary>Finds the set that this machine has.</summary>
    /// <exception cref="DirectoryNotFoundException">There is none; the message says where it was looked for.</exception>
    public static FluxCrds Find()
    {
        (string? Folder, bool FluxsOwn)[] candidates =
        [
            (Environment.GetEnvironmentVariable("SLUICE_FLUX_CRDS"), true),
            (Path.GetFullPath(RepositoryRoot.Combine("..", "shared", "flux-crds")), true),
            (RepositoryRoot.Combine("tests", "flux-stand-in", "crds"), false),
        ];
        foreach (var (folder, fluxsOwn) in candidates)
        {
            if (Directory.Exists(folder) && Directory.EnumerateFiles(folder, "*.yaml").Any())
            {
                return new FluxCrds(folder, fluxsOwn);
            }
        }

        throw new DirectoryNotFoundException(
            $"No CRDs of Flux: there are no *.yaml in {string.Join(" nor in ", candidates.Select(c => c.Folder).Where(folder => !string.IsNullOrEmpty(folder)))}. "
            + "Set SLUICE_FLUX_CRDS to a folder that has them.");
    }

    /// <summary>Installs the set that this machine has, says which, and waits until it is served.</summary>
    /// <param name="controlPlane">Where to.</param>
    /// <returns>Which set it is.</returns>
    /// <exception cref="DirectoryNotFoundException">There is none.</exception>
    public static async Task<FluxCrds> InstallAsync(ControlPlane controlPlane)
    {
        var crds = Find();
        await controlPlane.InstallCrdsAsync(crds.Folder);
        await Console.Error.WriteLineAsync(crds.ToString());
        return crds;
    }

    /// <summary>Which set this is and where it is from, for the output of tests.</summary>
    public override string ToString() => AreFluxsOwn ? $"Flux's own CRDs from {Folder}" : $"the stand-in's CRDs from {Folder}";
}
