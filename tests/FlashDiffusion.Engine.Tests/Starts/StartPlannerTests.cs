using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Starts;
using FlashDiffusion.Schedules;
using FlashDiffusion.Testing.Fakes;

namespace FlashDiffusion.Engine.Tests.Starts;

public sealed class StartPlannerTests
{
    private static readonly NoiseSchedule Schedule = NoiseSchedule.Create(1000, 0.0015, 0.0195);

    [Theory]
    [InlineData(0.1f, 54)]
    [InlineData(0.25f, 112)]
    [InlineData(0.5f, 176)]
    public void Decide_Auto_MatchesTheSignalToNoiseRatio(float severity, int timestep)
    {
        var start = StartPlanner.Decide(Question(severity));
        Assert.Equal(timestep, start.Index);
        Assert.Equal(AdaptationMode.Auto, start.Mode);
        Assert.Equal(Math.Sqrt(1 - severity), start.SignalScale, 1e-6);
        Assert.Equal(Math.Sqrt(severity), start.NoiseScale, 1e-6);
        Assert.True(start.SeverityReliable);
        Assert.Empty(start.Notices);
    }

    [Fact]
    public void Decide_AutoWithMultiplier_ScalesTheSeverity()
    {
        var start = StartPlanner.Decide(Question(0.05f) with { Adaptation = Adaptation.Auto with { SeverityMultiplier = 2 } });
        Assert.Equal(54, start.Index);
    }

    [Fact]
    public void Decide_AutoWithoutEncoder_IsFullAndSaysSo()
    {
        var start = StartPlanner.Decide(Question(0.1f) with { Encoder = null, Look = null });
        Assert.Equal(AdaptationMode.Full, start.Mode);
        Assert.Equal(999, start.Index);
        Assert.Equal((0f, 1f), (start.SignalScale, start.NoiseScale));
        Assert.Equal("NO_SEVERITY_ENCODER", Assert.Single(start.Notices).Code);
        Assert.Null(start.Severity);
    }

    [Fact]
    public void Decide_AutoTooSevere_IsFullAndSaysSo()
    {
        var start = StartPlanner.Decide(Question(0.9f) with { Adaptation = Adaptation.Auto with { Correction = 1.2 } });
        Assert.Equal(AdaptationMode.Full, start.Mode);
        Assert.Equal("SEVERITY_TOO_LARGE", Assert.Single(start.Notices).Code);
    }

    [Fact]
    public void Decide_AutoVanishingSeverity_IsClampedAndSaysSo()
    {
        var start = StartPlanner.Decide(Question(1e-6f));
        Assert.Equal(0, start.Index);
        Assert.Equal("SEVERITY_CLAMPED", Assert.Single(start.Notices).Code);
    }

    [Theory]
    [InlineData("Warn", "Auto", 54)]
    [InlineData("Widen", "Auto", 95)]
    [InlineData("Full", "Full", 999)]
    public void Decide_AutoUnreliable_FollowsThePolicy(string policy, string mode, int index)
    {
        var start = StartPlanner.Decide(Question(0.1f, trained: new ParameterRange(0.02, 0.03)) with { Policy = Enum.Parse<SeverityPolicy>(policy) });
        Assert.False(start.SeverityReliable);
        Assert.Equal(Enum.Parse<AdaptationMode>(mode), start.Mode);
        Assert.Equal(index, start.Index);
        Assert.Equal("SEVERITY_OUT_OF_RANGE", start.Notices[0].Code);
    }

    [Theory]
    [InlineData(1.0, true)]
    [InlineData(0.2, false)]
    [InlineData(9.0, false)]
    public void Decide_AutoResidual_DecidesWhetherToBelieve(double residual, bool reliable)
    {
        var question = Question(0.1f) with { Look = new SeverityLook(0.1f, residual), Band = new ResidualBand(0.9, 2) };
        var start = StartPlanner.Decide(question);
        Assert.Equal(reliable, start.SeverityReliable);
        Assert.Equal(!reliable, start.Notices.Any(notice => notice.Code == "SEVERITY_CONTRADICTED"));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(-1f)]
    public void Decide_AutoInvalidSeverity_IsFull(float severity)
    {
        var start = StartPlanner.Decide(Question(severity));
        Assert.Equal(AdaptationMode.Full, start.Mode);
        Assert.False(start.SeverityReliable);
        Assert.Equal("SEVERITY_INVALID", Assert.Single(start.Notices).Code);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(123)]
    [InlineData(200)]
    public void Decide_FixedTimestep_StartsThere(int timestep)
    {
        var start = StartPlanner.Decide(Question(0.9f) with { Adaptation = new Adaptation { Mode = AdaptationMode.Fixed, StartTimestep = timestep } });
        Assert.Equal(timestep, start.Index);
        Assert.Equal(AdaptationMode.Fixed, start.Mode);
        Assert.Empty(start.Notices);
    }

    [Fact]
    public void Decide_FixedTimestepBeyondTheLargestShare_KeepsSomeSignal()
    {
        var start = StartPlanner.Decide(Question(0.9f) with { Adaptation = new Adaptation { Mode = AdaptationMode.Fixed, StartTimestep = 999 } });
        Assert.Equal(999, start.Index);
        Assert.Equal("START_NOISE_CLAMPED", Assert.Single(start.Notices).Code);
        Assert.True(start.SignalScale > 0.1);
    }

    [Fact]
    public void Decide_FixedTimestepOffTheDdimGrid_MovesToTheNearestAndSaysSo()
    {
        var sampling = new SamplingSpec(SamplerKind.Ddim, 10);
        var start = StartPlanner.Decide(Question(0.9f) with
        {
            Adaptation = new Adaptation { Mode = AdaptationMode.Fixed, StartTimestep = 105 },
            Grid = StartGrid.Of(Schedule, sampling, Compatibility.Standard),
        });
        Assert.Equal(1, start.Index);
        Assert.Contains(start.Notices, notice => notice.Code == "START_TIMESTEP_MOVED");
    }

    [Fact]
    public void Decide_FixedWithoutEncoder_SaysWhatItStartsFrom()
    {
        var start = StartPlanner.Decide(Question(0.1f) with { Encoder = null, Adaptation = new Adaptation { Mode = AdaptationMode.Fixed, Severity = 0.1 } });
        Assert.Equal(54, start.Index);
        Assert.Equal("START_FROM_ENCODED_MEASUREMENT", Assert.Single(start.Notices).Code);
    }

    [Fact]
    public void Decide_Inversion_KeepsTheMeanAsItIs()
    {
        var start = StartPlanner.Decide(Question(0.9f) with { Adaptation = Adaptation.Auto with { Start = StartMode.DdimInversion, Correction = 2 } });
        Assert.True(start.Inverts);
        Assert.Equal((1f, 0f), (start.SignalScale, start.NoiseScale));
    }

    [Fact]
    public void Decide_Official_ClampsNothing()
    {
        var start = StartPlanner.Decide(Question(0.9f) with { Compatibility = Compatibility.Official, Adaptation = Adaptation.Auto with { Correction = 1.2 } });
        Assert.True(float.IsNaN(start.SignalScale));
    }

    private static StartQuestion Question(float severity, ParameterRange? trained = null) => new()
    {
        Adaptation = Adaptation.Auto,
        Schedule = Schedule,
        Grid = StartGrid.Of(Schedule, SamplingSpec.Ddpm, Compatibility.Standard),
        Degradation = new OperatorRequest(new FakeOperatorFamily(), FakeOperatorFamily.Spec(), 0.1),
        Encoder = new FakeSeverityEncoder("gain")
        {
            TrainedRanges = new Dictionary<string, ParameterRange> { ["noise_std"] = trained ?? new ParameterRange(0.05, 0.05) },
        },
        Look = new SeverityLook(severity, null),
    };
}
