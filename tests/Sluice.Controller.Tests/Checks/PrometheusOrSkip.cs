using Sluice.TestBed;

namespace Sluice.Controller.Tests.Checks;

/// <summary>Tests with the real Prometheus are skipped, with the reason, where it cannot be had; never where CI runs.</summary>
internal static class PrometheusOrSkip
{
    public static async Task<Prometheus> StartAsync(Uri target)
    {
        try
        {
            return await Prometheus.StartAsync(target);
        }
        catch (InvalidOperationException e) when (Environment.GetEnvironmentVariable("CI") != "true")
        {
            Assert.Skip(e.Message);
            throw;
        }
    }
}
