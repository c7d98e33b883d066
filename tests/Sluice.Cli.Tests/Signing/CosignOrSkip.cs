using Sluice.TestBed;

namespace Sluice.Cli.Tests.Signing;

/// <summary>Tests with the real cosign are skipped, with the reason, where it cannot be had; never where CI runs.</summary>
internal static class CosignOrSkip
{
    public static async Task<Cosign> InAsync(string folder)
    {
        try
        {
            return await Cosign.InAsync(folder);
        }
        catch (InvalidOperationException e) when (Environment.GetEnvironmentVariable("CI") != "true")
        {
            Assert.Skip(e.Message);
            throw;
        }
    }
}
