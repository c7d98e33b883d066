namespace Sluice.TestBed.Tests;

/// <summary>For what an API server does a moment after the request that caused it.</summary>
internal static class Eventually
{
    /// <summary>Tries again until it does not throw, for 30 s at most; then its exception is the test's.</summary>
    public static async Task SucceedsAsync(Func<Task> action)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                await action();
                return;
            }
            catch (KubectlException) when (TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(30))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, TestContext.Current.CancellationToken);
            }
        }
    }
}
