using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.TestBed.Processes;

namespace Sluice.Kubernetes.Tests.Clocks;

public sealed class ClockWatchTests
{
    [Fact]
    public async Task Who_watches_the_clock_is_told_whenever_it_is_set()
    {
        // Not to be disposed of: the watch lives as long as the process, and other tests set the clock, too.
        var told = Channel.CreateUnbounded<bool>();
        var watch = ClockWatch.TryOpen(NullLogger.Instance);
        watch.Should().NotBeNull("Linux can tell");
        watch!.Tell(() => told.Writer.TryWrite(true));
        for (var time = 0; time < 3; time++)
        {
            Assert.SkipUnless(SystemClock.TrySetToItself(), "to set the clock needs CAP_SYS_TIME");
            (await told.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken)).Should().BeTrue("the clock was set");
        }
    }
}
