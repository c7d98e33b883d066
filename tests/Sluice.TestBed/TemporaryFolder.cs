using System.Globalization;

namespace Sluice.TestBed;

/// <summary>Folders of control planes under the temporary one, named after the process that made them.</summary>
internal static class TemporaryFolder
{
    private const string Prefix = "sluice-control-plane-";

    private static readonly TimeSpan LeaveAlone = TimeSpan.FromHours(1);

    /// <summary>Creates a folder that only its owner may enter, and removes those that killed test processes have left.</summary>
    public static string Create()
    {
        foreach (var folder in new DirectoryInfo(Path.GetTempPath()).EnumerateDirectories(Prefix + "*"))
        {
            if (IsLeftOver(folder))
            {
                try
                {
                    folder.Delete(recursive: true);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    // Another test process removes it as well, or it is another user's.
                }
            }
        }

        return Directory.CreateTempSubdirectory(string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Environment.ProcessId}-")).FullName;
    }

    // An hour, because a container that shares the folder has process IDs of its own.
    private static bool IsLeftOver(DirectoryInfo folder) =>
        int.TryParse(folder.Name[Prefix.Length..].Split('-')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var process)
        && !Directory.Exists($"/proc/{process}")
        && TimeProvider.System.GetUtcNow() - folder.CreationTimeUtc > LeaveAlone;
}
