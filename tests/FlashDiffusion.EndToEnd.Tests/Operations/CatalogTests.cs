using FlashDiffusion.EndToEnd.Tests.Servers;

namespace FlashDiffusion.EndToEnd.Tests.Operations;

[Collection(ServerCollection.Name)]
public sealed class CatalogTests(SharedServer shared)
{
    [Fact]
    public async Task ListSolvers_GoodAndBadPlugins_AreReadyOrFailedWithTheirReason()
    {
        var answer = await shared.Server.Catalog.ListSolversAsync(new V1.ListSolversRequest(), Requests.Call);

        Assert.Equal("latent_dps", answer.DefaultSolver);
        var solvers = answer.Solvers.ToDictionary(solver => solver.Name);
        Assert.Equal(V1.ServingState.Ready, solvers["latent_dps"].State);
        Assert.True(solvers["latent_dps"].NeedsOperator);
        var guidance = solvers["latent_dps"].Parameters.Single(parameter => parameter.Name == "guidance_scale");
        Assert.InRange(guidance.DefaultValue.Number, guidance.Minimum, guidance.Maximum);
        Assert.NotEmpty(guidance.Description);
        Assert.Equal(V1.ServingState.Ready, solvers["good_solver"].State);
        Assert.Equal(V1.ServingState.Failed, solvers["ThrowingConstructor"].State);
        Assert.Contains("No licence", solvers["ThrowingConstructor"].Reason, StringComparison.Ordinal);
        Assert.Contains("contract version", solvers["OtherContract"].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ListModels_ShippedModel_IsReadyWithItsLimitsAndEncoders()
    {
        var answer = await shared.Server.Catalog.ListModelsAsync(new V1.ListModelsRequest(), Requests.Call);

        var model = answer.Models.Single(candidate => candidate.Name == answer.DefaultModel);
        Assert.Equal(("starter", V1.ServingState.Ready, 4, 1000), (model.Name, model.State, model.Downsampling, model.Timesteps));
        Assert.Equal(512, model.MaximumSide);
        Assert.InRange(model.MinimumSide, 1, 64);
        var blur = model.SeverityEncoders.Single(encoder => encoder.Operator == "gaussian_blur");
        Assert.Contains(blur.TrainedRanges, range => range.Parameter == "std" && range.Minimum < range.Maximum);
        Assert.Superset(new HashSet<string> { "denoising", "gaussian_blur", "inpainting" }, model.SeverityEncoders.Select(encoder => encoder.Operator).ToHashSet());
    }

    [Fact]
    public async Task ListOperators_All_AreDescribed()
    {
        var answer = await shared.Server.Catalog.ListOperatorsAsync(new V1.ListOperatorsRequest(), Requests.Call);

        Assert.Superset(new HashSet<string> { "denoising", "gaussian_blur", "inpainting", "super_resolution" }, answer.Operators.Select(forward => forward.Name).ToHashSet());
        Assert.True(answer.Operators.Single(forward => forward.Name == "inpainting").TakesMask);
        Assert.All(answer.Operators, forward => Assert.Equal((V1.ServingState.Ready, ""), (forward.State, forward.Reason)));
        Assert.All(answer.Operators, forward => Assert.NotEmpty(forward.Description));
        Assert.Equal(["compressed_sensing", "phase_retrieval"], answer.Operators.Where(forward => forward.NeedsPictureSize).Select(forward => forward.Name));
        Assert.Equal("kernel_blur", Assert.Single(answer.Operators, forward => forward.TakesKernel).Name);
        Assert.Equal("0.1.0", Assert.Single(answer.Operators, forward => forward.Name == "good_operator").Version);
        Assert.Equal(
            ["hdr_clip", "nonlinear_blur", "phase_retrieval"], answer.Operators.Where(forward => !forward.IsLinear).Select(forward => forward.Name));
    }
}
