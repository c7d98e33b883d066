using System.Runtime.Versioning;

namespace Sluice.TestBed.Tests;

/// <summary>A folder with copies of the scripts of this repository, and with programs that play what they start.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed class PlayedCheckout : IDisposable
{
    public PlayedCheckout()
    {
        Directory.CreateDirectory(Temporary);
        Copy("global.json");
        Copy("dev", "dotnet-fits");
    }

    /// <summary>The folder.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("sluice-scripts-").FullName;

    /// <summary>Where the scripts put what they need for a while.</summary>
    public string Temporary => Path.Combine(Folder, "tmp");

    /// <summary>Variables to start a script with: its programs are those of <c>bin</c> first.</summary>
    public Dictionary<string, string?> Environment() => new()
    {
        ["PATH"] = $"{Path.Combine(Folder, "bin")}:{System.Environment.GetEnvironmentVariable("PATH")}",
        ["TMPDIR"] = Temporary,
    };

    /// <summary>Copies a file of the repository. A script writes logs beside itself, where those of the run that a test is in would be lost.</summary>
    /// <returns>The copy.</returns>
    public string Copy(params string[] path)
    {
        var copy = Path.Combine([Folder, .. path]);
        Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
        File.Copy(RepositoryRoot.Combine(path), copy);
        return copy;
    }

    /// <summary>Writes a program.</summary>
    /// <param name="name">Its name, as <c>bin/dotnet</c>.</param>
    /// <param name="script">What <c>sh</c> does.</param>
    public async Task PlayAsync(string name, string script)
    {
        var path = Path.Combine(Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
