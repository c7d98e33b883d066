using System.Text;
using CsCheck;
using Sluice.Controller.Checks;
using Sluice.Gating.Checks;

namespace Sluice.Controller.Tests.Checks;

/// <summary>What Prometheus may answer: one value within the range passes, and nothing else.</summary>
public sealed class PrometheusAnswerTests
{
    private static readonly PrometheusCheck Check = new("rate", new("http://prometheus:9090"), "q", 0, 0.5, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(10));

    [Theory]
    [InlineData("""{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1.5,"0.25"]}]}}""", "")]
    [InlineData("""{"status":"success","data":{"resultType":"scalar","result":[1.5,"0.5"]},"warnings":["w"]}""", "")]
    [InlineData("""{"status":"success","data":{"resultType":"scalar","result":[1.5,"0"]}}""", "")]
    [InlineData("""{"status":"success","data":{"resultType":"scalar","result":[1.5,"0.5000001"]}}""", "the value 0.5 is above 0.5")]
    [InlineData("""{"status":"success","data":{"resultType":"scalar","result":[1.5,"-1e-3"]}}""", "the value -0.001 is below 0")]
    [InlineData("""{"status":"success","data":{"resultType":"scalar","result":[1.5,"NaN"]}}""", "the value is NaN, which is no number")]
    [InlineData("""{"status":"success","data":{"resultType":"scalar","result":[1.5,"+Inf"]}}""", "the value Infinity is above 0.5")]
    [InlineData("""{"status":"success","data":{"resultType":"scalar","result":[1.5,"-Inf"]}}""", "the value -Infinity is below 0")]
    [InlineData("""{"status":"success","data":{"resultType":"scalar","result":[1.5,"many"]}}""", "the value is many, which is no number")]
    [InlineData("""{"status":"success","data":{"resultType":"vector","result":[]}}""", "the query gives no value: there is no data for it")]
    [InlineData("""{"status":"success","data":{"resultType":"vector","result":[{"value":[1,"0"]},{"value":[1,"0"]}]}}""", "the query gives 2 values; expected one, as sum() or max() give it")]
    [InlineData("""{"status":"success","data":{"resultType":"matrix","result":[]}}""", "the query gives a matrix; expected one value")]
    [InlineData("""{"status":"success","data":{"resultType":"string","result":[1,"0"]}}""", "the query gives a string; expected one value")]
    [InlineData("""{"status":"error","errorType":"bad_data","error":"parse error: unexpected end"}""", "Prometheus refuses the query: parse error: unexpected end")]
    [InlineData("""{"status":"error"}""", "Prometheus refuses the query: it says no more")]
    [InlineData("""{"status":"success"}""", "http://prometheus:9090/ does not answer as Prometheus does")]
    [InlineData("""{"status":"success","data":{"resultType":"scalar","result":["0"]}}""", "http://prometheus:9090/ does not answer as Prometheus does")]
    [InlineData("""{"status":"success","data":{"resultType":"scalar","result":[1,0]}}""", "http://prometheus:9090/ does not answer as Prometheus does")]
    [InlineData("""{"status":"success","data":{"resultType":"vector","result":{}}}""", "http://prometheus:9090/ does not answer as Prometheus does")]
    [InlineData("""["success"]""", "Prometheus refuses the query: it says no more")]
    [InlineData("<html>Sign in</html>", "http://prometheus:9090/ does not answer as Prometheus does")]
    [InlineData("", "http://prometheus:9090/ does not answer as Prometheus does")]
    public void It_passes_or_says_why_not(string answer, string why) => PrometheusAnswer.Judge(Check, Encoding.UTF8.GetBytes(answer)).Should().Be((why.Length == 0, why));

    [Fact]
    public void Whatever_comes_instead_is_no_yes_and_no_crash() =>
        Gen.Select(Gen.Int[0, 95], Gen.Byte).Array[1, 5].Sample(changes =>
        {
            var answer = """{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1.5,"7.25"]}]}}"""u8.ToArray();
            foreach (var (at, value) in changes)
            {
                answer[at] = value;
            }

            // It may become another number, which may be within the range; it must never become an exception.
            var (passes, why) = PrometheusAnswer.Judge(Check with { Min = 1000, Max = 1001 }, answer);
            (passes || why.Length > 0).Should().BeTrue();
        });
}
