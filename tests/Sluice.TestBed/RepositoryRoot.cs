namespace Sluice.TestBed;

/// <summary>Finds files of the repository from a test that runs in its <c>bin</c> folder.</summary>
public static class RepositoryRoot
{
    private static readonly Lazy<string> Found = new(Find);

    /// <summary>The absolute path of the folder that holds <c>Sluice.slnx</c>.</summary>
    /// <exception cref="DirectoryNotFoundException">The test does not run inside the repository.</exception>
    public static string Path => Found.Value;

    /// <summary>The absolute path of a file or folder of the repository, whether it exists or not.</summary>
    /// <param name="parts">The path below the root, for example <c>"config", "crd"</c>.</param>
    public static string Combine(params ReadOnlySpan<string> parts) => System.IO.Path.Combine([Path, .. parts]);

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Sluice.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds Sluice.slnx.");
    }
}
