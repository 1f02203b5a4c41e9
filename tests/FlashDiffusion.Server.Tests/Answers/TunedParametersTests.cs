using System.Collections.Frozen;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Server.Answers;
using FlashDiffusion.Server.Tests.Requests;
using Google.Protobuf.Collections;

namespace FlashDiffusion.Server.Tests.Answers;

/// <summary>The catalog says with which numbers a request is run that says none.</summary>
public sealed class TunedParametersTests
{
    private static readonly SolverPreset Tuned = new("FREE", "gaussian_blur", 0.7, Numbers(0.3)) { FullParameters = Numbers(0.2) };

    [Theory]
    [InlineData(null, 1)]
    [InlineData("paper_faces", 2)]
    public void Model_TunedWithASolver_SaysWhatARequestGets(string? named, int numbers)
    {
        var scene = new MapperScene(Tuned with { Named = named });

        var said = Assert.Single(TunedOf(scene));

        Assert.Equal(("free", "gaussian_blur", named ?? "", 0.7, numbers), (said.Solver, said.Operator, said.Preset, said.Correction, said.Parameters.Count));
        var request = MapperScene.Fine();
        request.Solver = new V1.SolverChoice { Name = "free" };
        var automatic = scene.Map(request).Request;
        Assert.Equal(said.Correction, automatic.Adaptation.Correction);
        Assert.All(said.Parameters, pair => Assert.Equal(pair.Value, automatic.SolverParameters.Number(pair.Key)));
        request.Adaptation = new V1.Adaptation { Mode = V1.AdaptationMode.Full };
        Assert.Equal(0.2, Assert.Single(said.FullParameters).Value);
        Assert.Equal(0.2, scene.Map(request).Request.SolverParameters.Number("strength"));
    }

    [Fact]
    public void Model_WithoutACorrection_SaysNone()
    {
        var said = Assert.Single(TunedOf(new MapperScene(Tuned with { Solver = "not_loaded", Correction = null })));

        Assert.Equal(("not_loaded", false), (said.Solver, said.HasCorrection));
        Assert.Equal(0.3, said.Parameters["strength"]);
    }

    private static FrozenDictionary<string, double> Numbers(double strength) => new Dictionary<string, double> { ["strength"] = strength }.ToFrozenDictionary();

    private static RepeatedField<V1.TunedParameters> TunedOf(MapperScene scene) =>
        CatalogMapper.Model(scene.Context.Models.Find("", "")!, scene.Context.Solvers).TunedParameters;
}
