using CsCheck;
using Sluice.Controller.Certificates;

namespace Sluice.Controller.Tests.Certificates;

/// <summary>When certificates are made, trusted, served and forgotten.</summary>
public sealed class CertificatePlanTests
{
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Whatever_is_lost_and_whoever_hears_of_it_late_no_API_server_meets_a_certificate_that_it_does_not_trust() =>
        Gen.Select(Gen.Int[1, 3], Gen.Select(Gen.Int[0, 9], Gen.Int[0, 5]).Array[0, 40]).Sample(
            (replicas, steps) =>
            {
                var world = new CertificateWorld(replicas);
                foreach (var (what, who) in steps)
                {
                    switch (what)
                    {
                        case 0: world.Lose(); break;
                        case 1 or 2: world.Hear(who); break;
                        case 3 or 4 or 5: world.Look(who); break;
                        case 6: world.Restart(who); break;
                        case 7: world.Wait(who * 3); break;
                        case 8: world.Wait(1); break;
                        default: world.Pass(TimeSpan.FromDays(who switch { 0 => 0.1, 1 => 1, 2 => 30, 3 => 130, _ => 300 })); break;
                    }
                }

                world.Settle();
            },
            iter: 300);

    [Fact]
    public void A_certificate_is_replaced_a_hundred_and_twenty_days_before_its_end_and_the_old_authority_forgotten_a_day_later()
    {
        var world = new CertificateWorld(2);
        world.Pass(TimeSpan.FromDays(244));
        world.Made.Should().Be(1);
        world.Trusted.Should().ContainSingle();
        world.Pass(TimeSpan.FromDays(1.5));
        (world.Made, world.Trusted.Count).Should().Be((2, 2));
        world.Pass(TimeSpan.FromDays(1));
        (world.Made, world.Trusted.Count).Should().Be((2, 1));
    }

    [Fact]
    public void For_ten_years_two_replicas_write_only_when_a_certificate_is_replaced()
    {
        var world = new CertificateWorld(2);
        world.Pass(TimeSpan.FromDays(3650));
        world.Made.Should().Be(15, "one each 245 days");
        world.Writes.Should().Be(15 + 15 + 14, "a Secret and a configuration for each, and a configuration when the one before is forgotten");
    }

    [Fact]
    public void A_Secret_that_is_lost_again_and_again_does_not_fill_the_configuration()
    {
        var world = new CertificateWorld(2);
        for (var i = 0; i < 50; i++)
        {
            world.Lose();
            world.Settle();
        }

        world.Trusted.Count.Should().BeLessThanOrEqualTo(CertificatePlan.MostOthers + 2);
    }

    [Theory]
    [InlineData(-1, 100, "until")]
    [InlineData(1, 400, "from")]
    [InlineData(-1, 200, null)]
    public void A_certificate_that_is_not_good_is_replaced_and_it_is_said_why(int fromDays, int toDays, string? because)
    {
        var (from, to) = (Now.AddDays(fromDays), Now.AddDays(toDays));
        var plan = CertificatePlan.Of(new() { Stored = new(null, new("ca", "ca", from, to), "leaf", from, to, CoversHost: true) }, Now);
        (plan.MakeBecause is not null).Should().Be(because is not null);
        plan.MakeBecause?.Should().Contain(because);
    }

    [Fact]
    public void A_certificate_for_another_host_is_replaced()
    {
        var (from, to) = (Now.AddDays(-1), Now.AddDays(364));
        CertificatePlan.Of(new() { Stored = new(null, new("ca", "ca", from, to), "leaf", from, to, CoversHost: false) }, Now).MakeBecause.Should().Contain("--webhook-host");
    }

    [Fact]
    public void Nobody_takes_away_an_authority_that_is_newer_than_the_one_it_knows()
    {
        var old = new Authority("old", "old", Now.AddDays(-200), Now.AddDays(165));
        var newer = new Authority("new", "new", Now.AddDays(-100), Now.AddDays(265));
        var late = new CertificateState { Stored = new(null, old, "leaf", old.NotBefore, old.NotAfter, CoversHost: true), Trusted = [newer], TrustedSince = Now.AddDays(-100) };
        CertificatePlan.Of(late, Now).Trust.Should().BeEquivalentTo([old, newer]);
    }
}
