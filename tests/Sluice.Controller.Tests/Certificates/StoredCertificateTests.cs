using System.Security.Cryptography.X509Certificates;
using Sluice.Controller.Certificates;

namespace Sluice.Controller.Tests.Certificates;

/// <summary>Certificates as they are made, stored and read.</summary>
public sealed class StoredCertificateTests
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    [Theory]
    [InlineData("sluice-webhook.flux-system.svc")]
    [InlineData("127.0.0.1")]
    public void What_is_made_is_read_again_from_the_Secret_and_is_for_that_host_alone(string host)
    {
        var secret = Secret(IssuedCertificate.Make(host, Now));
        StoredCertificate.TryRead(secret, host, out var stored, out _).Should().BeTrue();
        stored!.CoversHost.Should().BeTrue();
        stored.NotBefore.Should().BeCloseTo(Now.AddDays(-1), TimeSpan.FromSeconds(1));
        stored.NotAfter.Should().BeCloseTo(Now.AddDays(365), TimeSpan.FromSeconds(1));
        CertificatePlan.Of(new() { Stored = stored }, Now).MakeBecause.Should().BeNull();
        StoredCertificate.TryRead(secret, "another.example.org", out var other, out _).Should().BeTrue();
        other!.CoversHost.Should().BeFalse();
    }

    [Fact]
    public void A_client_that_trusts_its_authority_and_no_other_accepts_the_certificate_and_one_that_trusts_another_does_not()
    {
        var (one, two) = (IssuedCertificate.Make("localhost", Now), IssuedCertificate.Make("localhost", Now));
        Accepts(one.CertificatePem, one.AuthorityPem).Should().BeTrue();
        Accepts(one.CertificatePem, two.AuthorityPem + "\n" + one.AuthorityPem).Should().BeTrue();
        Accepts(one.CertificatePem, two.AuthorityPem).Should().BeFalse();
    }

    [Fact]
    public void A_certificate_that_is_expired_or_not_yet_valid_is_read_all_the_same_for_time_is_the_API_servers()
    {
        foreach (var now in new[] { Now.AddYears(-5), Now.AddYears(5) })
        {
            StoredCertificate.TryRead(Secret(IssuedCertificate.Make("localhost", now)), "localhost", out var stored, out var problem).Should().BeTrue(problem);
            CertificatePlan.Of(new() { Stored = stored }, Now).MakeBecause.Should().NotBeNull();
        }
    }

    [Theory]
    [InlineData("", "", "")]
    [InlineData("rubbish", "rubbish", "rubbish")]
    [InlineData("own", "", "own")]
    [InlineData("own", "other", "own")]
    [InlineData("own", "own", "other")]
    [InlineData("own", "own", "")]
    public void A_Secret_that_does_not_fit_together_is_not_served_and_it_is_said_why(string certificate, string key, string authority)
    {
        var (own, other) = (IssuedCertificate.Make("localhost", Now), IssuedCertificate.Make("localhost", Now));
        string Pick(string which, Func<IssuedCertificate, string> part) => which switch { "own" => part(own), "other" => part(other), _ => which };
        var mixed = new IssuedCertificate(Pick(certificate, issued => issued.CertificatePem), Pick(key, issued => issued.KeyPem), Pick(authority, issued => issued.AuthorityPem));
        StoredCertificate.TryRead(Secret(mixed), "localhost", out _, out var problem).Should().BeFalse();
        problem.Should().Contain("tls.crt");
    }

    [Fact]
    public void A_bundle_is_read_whatever_else_is_in_it_and_written_the_same_in_whatever_order()
    {
        var (one, two) = (IssuedCertificate.Make("localhost", Now).AuthorityPem, IssuedCertificate.Make("localhost", Now.AddDays(1)).AuthorityPem);
        var read = AuthorityBundle.Read($"rubbish\n{one}\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n{two}\n{one}");
        read.Should().HaveCount(3);
        AuthorityBundle.Write(read).Should().Be(AuthorityBundle.Write(read.Reverse())).And.Be($"{two}\n{one}\n");
    }

    [Fact]
    public void Its_key_is_never_in_a_log() => Secret(IssuedCertificate.Make("localhost", Now)).ToString().Should().Be("Secret flux-system/sluice-webhook-certificates");

    private static bool Accepts(string leaf, string authorities)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.ImportFromPem(authorities);
        chain.ChainPolicy.ApplicationPolicy.Add(new("1.3.6.1.5.5.7.3.1"));
        using var certificate = X509Certificate2.CreateFromPem(leaf);
        return chain.Build(certificate);
    }

    /// <summary>As it comes back from an API server.</summary>
    private static CertificateSecret Secret(IssuedCertificate issued) => CertificateSecret.Read(CertificateSecret.Write("flux-system", issued, null));
}
