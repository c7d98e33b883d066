using Sluice.Controller.Tests.Clusters;
using Sluice.TestBed.Processes;

namespace Sluice.Controller.Tests.Windows;

public sealed class ClockTests(RunningSluice sluice) : IClassFixture<RunningSluice>
{
    [Fact]
    public async Task A_controller_is_told_at_once_when_the_clock_of_its_machine_is_set()
    {
        Assert.SkipUnless(SystemClock.TrySetToItself(), "to set the clock needs CAP_SYS_TIME");
        await sluice.Controller.Process.WaitForLineAsync("the clock was set, or the machine slept", TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
    }
}
