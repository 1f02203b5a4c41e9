using System.Collections.Frozen;
using FlashDiffusion.Engine.Requests;

namespace FlashDiffusion.Server.Tests.Requests;

public sealed class PresetTests
{
    private static readonly SolverPreset Tuned = new("free", "gaussian_blur", 0.7, new Dictionary<string, double> { ["strength"] = 0.3 }.ToFrozenDictionary())
    {
        GuidanceExponent = 0.125,
        FullParameters = new Dictionary<string, double> { ["strength"] = 0.2 }.ToFrozenDictionary(),
    };

    private readonly MapperScene _scene = new(Tuned);

    [Fact]
    public void Map_NothingSaid_TakesThePresetAndSaysSo()
    {
        var mapped = _scene.Map(Request());

        Assert.Equal(0.3, mapped.Request.SolverParameters.Number("strength"));
        Assert.Equal(3, mapped.Request.SolverParameters.Integer("rounds"));
        Assert.Equal(0.7, mapped.Request.Adaptation.Correction);
        Assert.Equal(0.125, mapped.Request.GuidanceExponent);
        var notice = Assert.Single(mapped.Notices);
        Assert.Equal("PRESET_APPLIED", notice.Code);
        Assert.StartsWith("strength 0.3 and correction 0.7", notice.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Map_EverythingSaid_TheRequestWins()
    {
        var request = Request();
        request.Solver.Parameters["strength"] = new V1.ParameterValue { Number = 0.1 };
        request.Adaptation = new V1.Adaptation { Correction = 1.2 };

        var mapped = _scene.Map(request);

        Assert.Equal(0.1, mapped.Request.SolverParameters.Number("strength"));
        Assert.Equal(1.2, mapped.Request.Adaptation.Correction);
        Assert.Empty(mapped.Notices);
    }

    [Theory]
    [InlineData(2, "2")]
    [InlineData(3, null)]
    public void Map_NumberWhereWordsAreChosen_IsTheWordThatLooksLikeIt(double number, string? word)
    {
        var request = Request();
        request.Solver.Parameters["style"] = new V1.ParameterValue { Number = number };

        if (word is null)
        {
            Assert.Equal(["solver.parameters.style"], _scene.Fields(request));
        }
        else
        {
            Assert.Equal(word, _scene.Map(request).Request.SolverParameters.Choice("style"));
        }
    }

    [Fact]
    public void Map_StartFromPureNoise_TakesWhatWasTunedForIt()
    {
        var request = Request();
        request.Adaptation = new V1.Adaptation { Mode = V1.AdaptationMode.Full };

        var mapped = _scene.Map(request);

        Assert.Equal(0.2, mapped.Request.SolverParameters.Number("strength"));
        Assert.Null(mapped.Request.GuidanceExponent);
        Assert.StartsWith("strength 0.2 was tuned", Assert.Single(mapped.Notices).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Map_OfficialModeOrAnotherOperator_KnowsNoPreset()
    {
        var official = Request();
        official.Compatibility = V1.Compatibility.Official;
        var other = Request();
        other.Operator = new V1.ForwardOperator { Name = "denoising", NoiseStd = 0.1 };

        Assert.All([_scene.Map(official), _scene.Map(other)], mapped =>
        {
            Assert.Equal(0.25, mapped.Request.SolverParameters.Number("strength"));
            Assert.Equal(1, mapped.Request.Adaptation.Correction);
            Assert.Null(mapped.Request.GuidanceExponent);
        });
    }

    [Theory]
    [InlineData(V1.Compatibility.Standard, 0.125, false)]
    [InlineData(V1.Compatibility.Official, 0.5, false)]
    [InlineData(V1.Compatibility.Standard, 0.125, true)]
    public void Map_NamedPreset_BringsItsNumbersCorrectionAndSampler(V1.Compatibility compatibility, double strength, bool emptySampling)
    {
        var request = Request();
        request.Sampling = emptySampling ? new V1.Sampling() : null;
        request.Compatibility = compatibility;
        request.Solver.Parameters["preset"] = new V1.ParameterValue { Text = "paper_faces" };

        var mapped = _scene.Map(request);

        Assert.Equal(strength, mapped.Request.SolverParameters.Number("strength"));
        Assert.Equal(2, mapped.Request.SolverParameters.Integer("rounds"));
        Assert.Equal(1.2, mapped.Request.Adaptation.Correction);
        Assert.Equal(new SamplingSpec(SamplerKind.Ddim, 50, 1), mapped.Request.Sampling);
        Assert.Contains("come from the preset 'paper_faces'", Assert.Single(mapped.Notices).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Map_NamedPresetAndMoreSaid_TheRequestWins()
    {
        var request = Request();
        request.Solver.Parameters["preset"] = new V1.ParameterValue { Text = "paper_faces" };
        request.Solver.Parameters["strength"] = new V1.ParameterValue { Number = 0.1 };
        request.Sampling = new V1.Sampling { Sampler = V1.Sampler.Ddpm };

        var mapped = _scene.Map(request);

        Assert.Equal(0.1, mapped.Request.SolverParameters.Number("strength"));
        Assert.Equal(2, mapped.Request.SolverParameters.Integer("rounds"));
        Assert.Equal(SamplingSpec.Ddpm, mapped.Request.Sampling);
    }

    [Fact]
    public void Map_ModelStandsOnANamedPreset_ItsOwnNumbersWin()
    {
        var mapped = new MapperScene(Tuned with { Named = "paper_faces" }).Map(Request());

        Assert.Equal(0.3, mapped.Request.SolverParameters.Number("strength"));
        Assert.Equal(2, mapped.Request.SolverParameters.Integer("rounds"));
        Assert.Equal(0.7, mapped.Request.Adaptation.Correction);
        Assert.Equal(0.125, mapped.Request.GuidanceExponent);
        Assert.Equal(new SamplingSpec(SamplerKind.Ddim, 50, 1), mapped.Request.Sampling);
    }

    [Fact]
    public void Map_UnknownPreset_IsRefusedWithTheKnownOnes()
    {
        var request = Request();
        request.Solver.Parameters["preset"] = new V1.ParameterValue { Text = "nobody" };

        var violation = Assert.Single(_scene.Refusal(request).Violations);

        Assert.Equal("solver.parameters.preset", violation.Field);
        Assert.Contains("paper_faces", violation.Description, StringComparison.Ordinal);
    }

    private static V1.ReconstructRequest Request()
    {
        var request = MapperScene.Fine();
        request.Solver = new V1.SolverChoice { Name = "free" };
        return request;
    }
}
