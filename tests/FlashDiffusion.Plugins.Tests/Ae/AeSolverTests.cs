using FlashDiffusion.Engine.Admissions;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Plugins.Ae;
using FlashDiffusion.Testing.Fakes;

namespace FlashDiffusion.Plugins.Tests.Ae;

public sealed class AeSolverTests
{
    [Theory]
    [InlineData(0.1f)]
    [InlineData(0.3f)]
    public async Task Reconstruct_AnySeverity_IsTheDecodedMeanWithoutANetworkCall(float fill)
    {
        var (accepted, result) = await RunAsync(Adaptation.Auto, fill, encoder: true);

        // The fake encoder's mean of a constant picture is that constant, and so is its decoding.
        Assert.All(result.Picture.Values, value => Assert.Equal(fill, value, 1e-6));
        Assert.Equal((0, 0), (result.Cost.Steps, result.Cost.Calls.UNetForward));
        Assert.Equal(2, result.Cost.Calls.DecoderForward);
        Assert.Equal((0, 0), (accepted.TotalSteps, accepted.StartTimestep));
        Assert.Equal(1, result.Cost.SeverityEncoder);
    }

    [Fact]
    public async Task Reconstruct_FromPureNoise_IsTheDecodedMeanAllTheSame()
    {
        var (_, result) = await RunAsync(new Adaptation { Mode = AdaptationMode.Full }, 0.2f, encoder: true);
        Assert.All(result.Picture.Values, value => Assert.Equal(0.2f, value, 1e-6));
    }

    [Fact]
    public async Task Reconstruct_WithoutEncoderOrOperator_IsTheAutoencodersPictureAndSaysSo()
    {
        var (accepted, result) = await RunAsync(Adaptation.Auto, 0.2f, encoder: false);
        Assert.All(result.Picture.Values, value => Assert.Equal(0.2f, value, 1e-6));
        Assert.Equal("START_FROM_ENCODED_MEASUREMENT", Assert.Single(accepted.Notices).Code);
        Assert.Equal(1, result.Cost.Calls.EncoderForward);
    }

    [Fact]
    public async Task Reconstruct_WithADeadlineThatIsFarAway_IsNotRefusedForItsLackOfSteps()
    {
        using var harness = new EngineHarness();
        var model = new FakeModel { Called = (_, _) => harness.Time.Advance(TimeSpan.FromMilliseconds(10)) };
        var request = harness.Request(1) with { Solver = new AeSolver() };
        request = request with { Model = request.Model with { Model = model } };
        harness.Submit(request);
        harness.RunUntilIdle();

        // By now the time of a decode is known, and with it when the next one will be done.
        var session = harness.Submit(request with { Deadline = harness.Time.GetUtcNow() + TimeSpan.FromMinutes(1) });
        harness.RunUntilIdle();
        Assert.Equal(0, (await EngineHarness.ResultAsync(session)).Cost.Steps);
    }

    [Fact]
    public void Check_DdimInversion_IsRefused()
    {
        using var harness = new EngineHarness();
        var request = harness.Request(1) with { Solver = new AeSolver(), Adaptation = Adaptation.Auto with { Start = StartMode.DdimInversion } };
        var violation = Assert.Single(RequestChecker.Check(request));
        Assert.Equal("adaptation.start_mode", violation.Field);
    }

    private static async Task<(AcceptedEvent Accepted, ResultEvent Result)> RunAsync(Adaptation adaptation, float fill, bool encoder)
    {
        using var harness = new EngineHarness();
        var request = harness.Request(1, fill: fill) with { Solver = new AeSolver(), Adaptation = adaptation };
        request = encoder
            ? request with { Model = harness.Served(new FakeSeverityEncoder("gain")), Operator = request.Operator! with { NoiseStd = 0.1, Spec = FakeOperatorFamily.Spec() } }
            : request with { Operator = null };
        var session = harness.Submit(request);
        harness.RunUntilIdle();
        var events = await EngineHarness.EventsAsync(session);
        return (Assert.IsType<AcceptedEvent>(events[0]), Assert.IsType<ResultEvent>(events[^1]));
    }
}
