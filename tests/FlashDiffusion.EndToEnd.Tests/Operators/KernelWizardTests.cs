using System.Security.Cryptography;
using FlashDiffusion.EndToEnd.Tests.Servers;

namespace FlashDiffusion.EndToEnd.Tests.Operators;

/// <summary>The operator whose weights are the user's own, against a real server.</summary>
public sealed class KernelWizardTests
{
    private const string Name = "nonlinear_blur_network";

    [Fact]
    public async Task Server_WithWeights_DegradesAndReconstructsByTheNetwork()
    {
        using var file = new KernelWizardFile();
        await using var server = await RunningServer.StartAsync([$"--kernel-wizard={file.Weights}"]);
        var forward = new V1.ForwardOperator { Name = Name, Seed = 9, NoiseStd = 0.03 };
        var degraded = await server.Reconstruction.DegradeAsync(
            new V1.DegradeRequest { Picture = Requests.Photograph(64, 64), Operator = forward, Seed = 1 }, Requests.Call);
        var events = await Requests.ReconstructAsync(server, new V1.ReconstructRequest
        {
            Measurement = degraded.Measurement,
            Operator = forward,
            Adaptation = new V1.Adaptation { Mode = V1.AdaptationMode.Fixed, StartTimestep = 10 },
            Sampling = new V1.Sampling { Sampler = V1.Sampler.Ddim, DdimSteps = 100 },
            Seed = 3,
        });

        Assert.Equal((Name, 1.2), (events[0].Accepted.Operator.Name, events[0].Accepted.Operator.Parameters["code_std"].Number));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(file.Weights, TestContext.Current.CancellationToken))), events[0].Accepted.Operator.Version);
        Assert.NotEmpty(events[^1].Result.Picture.Encoded);
    }

    [Fact]
    public async Task Server_WithAFileThatIsNone_ServesAllTheSameAndSaysWhy()
    {
        using var file = new KernelWizardFile();
        File.WriteAllText(file.Weights, "no weights");
        await using var server = await RunningServer.StartAsync([$"--kernel-wizard={file.Weights}"]);

        var operators = (await server.Catalog.ListOperatorsAsync(new V1.ListOperatorsRequest(), Requests.Call)).Operators;

        var failed = Assert.Single(operators, forward => forward.State == V1.ServingState.Failed);
        Assert.Equal(Name, failed.Name);
        Assert.NotEmpty(failed.Reason);
    }
}
