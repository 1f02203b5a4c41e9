using FlashDiffusion.EndToEnd.Tests.Servers;
using FlashDiffusion.Pictures.Codecs;

namespace FlashDiffusion.EndToEnd.Tests.Reconstructions;

/// <summary>Solvers beside the paper's, loaded by a real server and named by a request that leaves everything else to the model's presets.</summary>
[Collection(ServerCollection.Name)]
public sealed class ShelfTests(SharedServer shared)
{
    [Theory]
    [InlineData("ddim", false)]
    [InlineData("mpgd", true)]
    [InlineData("pnp", true)]
    [InlineData("daps", true)]
    [InlineData("dcdp", true)]
    [InlineData("lmap", true)]
    public async Task Reconstruct_NamedSolver_IsDoneInThePromisedSteps(string solver, bool decodes)
    {
        var request = await Requests.BlurredAsync(shared.Server);
        request.Solver = new V1.SolverChoice { Name = solver };
        request.Adaptation = new V1.Adaptation { SeverityMultiplier = 0.1 };

        var events = await Requests.ReconstructAsync(shared.Server, request);

        var (accepted, result) = (events[0].Accepted, events[^1].Result);
        Assert.Equal((solver, "starter"), (accepted.Solver, accepted.Model));
        Assert.Equal((accepted.TotalSteps, 1), (result.Cost.Steps, result.Cost.SeverityEncoder));
        Assert.InRange(result.Cost.UnetForward, 1, accepted.TotalSteps);

        // Beside the steps: one decoding for the severity's residual and the last one.
        Assert.Equal(decodes, result.Cost.DecoderForward > 2);
        Assert.True(PictureCodec.Decode(result.Picture.Encoded.Span).TryGet(out var picture, out _));
        Assert.Equal((64, 64), (picture.Height, picture.Width));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Reconstruct_Ae_NeedsNoStepAndNoOperator(bool withOperator)
    {
        var request = await Requests.BlurredAsync(shared.Server);
        request.Sampling = null;
        request.Solver = new V1.SolverChoice { Name = "ae" };
        request.Operator = withOperator ? request.Operator : null;

        var events = await Requests.ReconstructAsync(shared.Server, request);

        var (accepted, result) = (events[0].Accepted, events[^1].Result);
        Assert.Equal(0, accepted.TotalSteps);
        Assert.Equal((0, 0), (result.Cost.Steps, result.Cost.UnetForward));
        Assert.Equal(withOperator ? 1 : 0, result.Cost.SeverityEncoder);
        Assert.Equal(withOperator ? 0 : 1, accepted.Notices.Count(notice => notice.Code == "START_FROM_ENCODED_MEASUREMENT"));
        Assert.True(PictureCodec.Decode(result.Picture.Encoded.Span).TryGet(out _, out _));
    }
}
