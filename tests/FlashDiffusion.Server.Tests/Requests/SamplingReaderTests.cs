namespace FlashDiffusion.Server.Tests.Requests;

public sealed class SamplingReaderTests
{
    private readonly MapperScene _scene = new();

    public static TheoryData<V1.Sampling, string[]> Faults => new()
    {
        { new V1.Sampling { DdimSteps = 20 }, ["sampling.ddim_steps"] },
        { new V1.Sampling { Sampler = V1.Sampler.Ddpm, DdimEta = 1 }, ["sampling.ddim_eta"] },
        { new V1.Sampling { Sampler = V1.Sampler.Ddim }, ["sampling.ddim_steps"] },
        { new V1.Sampling { Sampler = V1.Sampler.Ddim, DdimSteps = 1001 }, ["sampling.ddim_steps"] },
        { new V1.Sampling { Sampler = V1.Sampler.Ddim, DdimSteps = 10, DdimEta = 1.5 }, ["sampling.ddim_eta"] },
        { new V1.Sampling { Sampler = V1.Sampler.Ddim, DdimSteps = -3, DdimEta = double.NaN }, ["sampling.ddim_eta", "sampling.ddim_steps"] },
    };

    [Theory]
    [MemberData(nameof(Faults), DisableDiscoveryEnumeration = true)]
    public void Read_Fault_IsReportedAtItsField(V1.Sampling sampling, string[] fields)
    {
        var request = MapperScene.Fine();
        request.Sampling = sampling;

        Assert.Equal(fields, _scene.Fields(request));
    }

    [Fact]
    public void Read_GridThatTheResearchCodeDoesNotHave_IsRefusedInOfficialModeOnly()
    {
        var request = MapperScene.Fine();
        request.Sampling = new V1.Sampling { Sampler = V1.Sampler.Ddim, DdimSteps = 1000 };

        Assert.Equal(1000, _scene.Map(request).Request.Sampling.DdimSteps);
        request.Compatibility = V1.Compatibility.Official;
        Assert.Equal(["sampling.ddim_steps"], _scene.Fields(request));
    }
}
