using FlashDiffusion.Server.Answers;
using FlashDiffusion.Server.Tests.Requests;

namespace FlashDiffusion.Server.Tests.Answers;

/// <summary>The catalog says what a request gets that picks a named preset.</summary>
public sealed class SolverPresetTests
{
    private readonly MapperScene _scene = new();

    [Theory]
    [InlineData(V1.Compatibility.Standard)]
    [InlineData(V1.Compatibility.Official)]
    public void Solver_NamedPreset_SaysWhatARequestGets(V1.Compatibility compatibility)
    {
        var said = Assert.Single(CatalogMapper.Solver(_scene.Context.Solvers.Find("free")!).Presets);

        var request = MapperScene.Fine();
        request.Compatibility = compatibility;
        request.Solver = new V1.SolverChoice { Name = "free", Parameters = { ["preset"] = new V1.ParameterValue { Text = said.Name } } };
        var mapped = _scene.Map(request).Request;
        var numbers = compatibility == V1.Compatibility.Standard ? said.Parameters : said.OfficialParameters;
        Assert.Equal(["rounds", "strength"], numbers.Keys.Order());
        Assert.All(numbers, pair => Assert.Equal(pair.Value, pair.Key == "rounds" ? mapped.SolverParameters.Integer(pair.Key) : mapped.SolverParameters.Number(pair.Key)));
        Assert.Equal(said.Correction, mapped.Adaptation.Correction);
        Assert.Equal((V1.Sampler.Ddim, mapped.Sampling.DdimSteps, mapped.Sampling.DdimEta), (said.Sampling.Sampler, said.Sampling.DdimSteps, said.Sampling.DdimEta));
    }
}
