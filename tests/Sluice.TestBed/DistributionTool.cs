using Sluice.TestBed.Processes;

namespace Sluice.TestBed;

/// <summary>Programs of the distribution that tests use as they are; <c>dev/NAME</c> prints where one is, and fetches it if need be.</summary>
public static class DistributionTool
{
    private static readonly TimeSpan FetchLimit = TimeSpan.FromMinutes(5);

    private static readonly SemaphoreSlim OneAtATime = new(1, 1);

    /// <summary>The path of a program.</summary>
    /// <param name="name">Its name, which is that of its script in <c>dev</c>.</param>
    /// <exception cref="InvalidOperationException">It cannot be had; the message says why.</exception>
    public static async Task<string> PathAsync(string name)
    {
        await OneAtATime.WaitAsync();
        try
        {
            var (exit, path, error) = await Command.RunAsync(RepositoryRoot.Combine("dev", name), [], null, FetchLimit);
            return exit == 0 ? path.Trim() : throw new InvalidOperationException($"dev/{name} ended with exit code {exit}:\n{error}");
        }
        finally
        {
            OneAtATime.Release();
        }
    }

    /// <summary>Takes what may not be had everywhere, or skips the test and says why. Never where CI runs: there the test fails.</summary>
    /// <param name="take">Takes it; throws <see cref="InvalidOperationException"/> where it cannot be had.</param>
    /// <param name="skip">Skips the test, as <c>Assert.Skip</c> does.</param>
    public static async Task<T> OrSkipAsync<T>(Func<Task<T>> take, Action<string> skip)
    {
        try
        {
            return await take();
        }
        catch (InvalidOperationException e) when (Environment.GetEnvironmentVariable("CI") != "true")
        {
            skip(e.Message);
            throw;
        }
    }
}
