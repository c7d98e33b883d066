using System.IO.Pipelines;
using System.Text;
using Sluice.Controller.Metrics;

namespace Sluice.Controller.Tests.Metrics;

internal static class ExpositionText
{
    /// <summary>What Prometheus would scrape now.</summary>
    public static async Task<string> TextAsync(this PrometheusExposition exposition)
    {
        using var stream = new MemoryStream();
        await exposition.WriteAsync(PipeWriter.Create(stream), TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
