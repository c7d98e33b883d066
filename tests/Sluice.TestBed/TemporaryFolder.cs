using System.Diagnostics;

namespace Sluice.TestBed;

/// <summary>A folder under the temporary one that is removed when it is disposed of, or when the test process is gone.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    // The end of its standard input without a farewell means that the test process is gone; the programs that use the folder are killed
    // by their own watchers at the same moment. An etcd takes 120 MB, too much to leave behind.
    private const string RemoveWithParent =
        """
        trap '' INT TERM HUP
        read -r farewell || { sleep 2; rm -rf -- "$1"; }
        """;

    private readonly Process _watcher;

    /// <summary>Creates a folder that only its owner may enter.</summary>
    public TemporaryFolder()
    {
        Path = Directory.CreateTempSubdirectory("sluice-control-plane-").FullName;
        _watcher = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", RemoveWithParent, "sh", Path]) { RedirectStandardInput = true })!;
    }

    public string Path { get; }

    public void Dispose()
    {
        _watcher.StandardInput.WriteLine();
        _watcher.StandardInput.Close();
        _watcher.WaitForExit();
        _watcher.Dispose();
        Directory.Delete(Path, recursive: true);
    }
}
