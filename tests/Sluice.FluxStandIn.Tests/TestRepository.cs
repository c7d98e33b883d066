using FluxStandIn;

namespace Sluice.FluxStandIn.Tests;

/// <summary>A bare Git repository and a clone to commit from.</summary>
internal sealed class TestRepository : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("flux-stand-in-git-").FullName;

    private TestRepository()
    {
    }

    /// <summary>The folder that the stand-in takes as its --git-root: the repository is <c>app.git</c> in it.</summary>
    public string Root => _folder;

    private string Clone => Path.Combine(_folder, "clone");

    public static async Task<TestRepository> CreateAsync()
    {
        var repository = new TestRepository();
        await RunProgram.OutputAsync("git", ["init", "--quiet", "--bare", "--initial-branch=main", Path.Combine(repository._folder, "app.git")], default);
        await RunProgram.OutputAsync("git", ["clone", "--quiet", Path.Combine(repository._folder, "app.git"), repository.Clone], default);
        await repository.GitAsync("checkout", "--quiet", "-B", "main");
        return repository;
    }

    /// <summary>Commits and pushes files; a null content deletes the file. Returns the revision as Flux spells it.</summary>
    public async Task<string> CommitAsync(params (string Path, string? Content)[] files)
    {
        foreach (var (path, content) in files)
        {
            var file = Path.Combine(Clone, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            if (content is null)
                File.Delete(file);
            else
                await File.WriteAllTextAsync(file, content);
        }

        await GitAsync("add", "--all");
        await GitAsync("-c", "user.name=test", "-c", "user.email=test@example.invalid", "commit", "--quiet", "--allow-empty", "--message", "test");
        await GitAsync("push", "--quiet", "origin", "HEAD:main");
        return $"main@sha1:{(await GitAsync("rev-parse", "HEAD")).Trim()}";
    }

    public async Task<string> GitAsync(params string[] arguments) =>
        System.Text.Encoding.UTF8.GetString(await RunProgram.OutputAsync("git", ["-C", Clone, .. arguments], default));

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
