using FlashDiffusion.EndToEnd.Tests.Servers;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;

namespace FlashDiffusion.EndToEnd.Tests.Resume;

[Collection(ServerCollection.Name)]
public sealed class CheckpointTests(SharedServer shared)
{
    private RunningServer Server => shared.Server;

    [Fact]
    public async Task Resume_FromAnyCheckpoint_DoesOnlyTheRest()
    {
        var (request, events) = await SavedAsync();
        var checkpoints = CheckpointsOf(events);
        Assert.Equal(0, checkpoints[0].Step);
        Assert.All(checkpoints, checkpoint => Assert.Equal(0, checkpoint.Step % 3));
        Assert.All(checkpoints, checkpoint => Assert.InRange(checkpoint.Token.Length, 100, 16 * 1024));

        request.ResumeFrom = From(checkpoints[^1]);
        var resumed = await Requests.ReconstructAsync(Server, request);
        Assert.Equal(checkpoints[^1].Step, resumed[0].Accepted.Resumed.Step);
        Assert.Equal((events[0].Accepted.StartTimestep, events[0].Accepted.TotalSteps), (resumed[0].Accepted.StartTimestep, resumed[0].Accepted.TotalSteps));
        // A server that mixes batches promises no bits, and says so.
        Assert.False(resumed[0].Accepted.Resumed.Exact);
        Assert.Contains(resumed[0].Accepted.Notices, notice => notice.Code == "RESUME_NOT_EXACT");
        // Its first step is the next one, if the writer was not late and only the newest is left.
        var first = resumed.First(happened => happened.Progress?.Step > checkpoints[^1].Step).Progress;
        Assert.Equal(checkpoints[^1].Step + 1, first.Step - first.Skipped);
        Assert.Equal(events[^1].Result.Cost.UnetForward, resumed[^1].Result.Cost.UnetForward);
        var pairs = ValuesOf(events).Zip(ValuesOf(resumed));
        Assert.All(pairs, pair => Assert.Equal(pair.First, pair.Second, 1e-3f));
    }

    [Fact]
    public async Task Resume_TamperedOrMisused_IsRefusedForWhatItIs()
    {
        var (request, events) = await SavedAsync();
        var checkpoint = CheckpointsOf(events)[^1];

        request.ResumeFrom = From(checkpoint);
        request.ResumeFrom.Token = Damaged(checkpoint.Token);
        Assert.Equal((StatusCode.InvalidArgument, "RESUME_TOKEN_INVALID"), await RefusalAsync(request));

        request.ResumeFrom = From(checkpoint);
        request.ResumeFrom.Checkpoint = Damaged(checkpoint.Data);
        Assert.Equal((StatusCode.DataLoss, "CHECKPOINT_DAMAGED"), await RefusalAsync(request));

        request.ResumeFrom = From(checkpoint);
        request.ResumeFrom.RequireExact = true;
        Assert.Equal((StatusCode.FailedPrecondition, "RESUME_NOT_EXACT"), await RefusalAsync(request));

        request.ResumeFrom.RequireExact = false;
        request.Measurement = Requests.Photograph();
        Assert.Equal((StatusCode.InvalidArgument, "RESUME_MISMATCH"), await RefusalAsync(request));
    }

    [Fact]
    public async Task Latents_OfProgressAndResult_CarryTheirChecksum()
    {
        var (_, events) = await SavedAsync();
        var tensors = events.Where(answer => answer.Progress?.Latent is not null).Select(answer => answer.Progress.Latent).Append(events[^1].Result.Picture.Tensor).ToList();
        Assert.True(tensors.Count > 1);
        Assert.All(tensors, tensor => Assert.Equal(System.IO.Hashing.Crc32.HashToUInt32(tensor.Data.Span), tensor.Crc32));
    }

    private static V1.ResumeFrom From(V1.Checkpoint checkpoint) => new() { Token = checkpoint.Token, Checkpoint = checkpoint.Data };

    private static List<V1.Checkpoint> CheckpointsOf(List<V1.ReconstructResponse> events) =>
        [.. events.Select(answer => answer.Accepted?.Checkpoint ?? answer.Progress?.Checkpoint).OfType<V1.Checkpoint>()];

    private static float[] ValuesOf(List<V1.ReconstructResponse> events) => Client.TensorValues.ToFloats(events[^1].Result.Picture.Tensor);

    private static ByteString Damaged(ByteString bytes)
    {
        var damaged = bytes.ToByteArray();
        damaged[damaged.Length / 2] ^= 0x10;
        return ByteString.CopyFrom(damaged);
    }

    private async Task<(V1.ReconstructRequest Request, List<V1.ReconstructResponse> Events)> SavedAsync()
    {
        var request = await Requests.BlurredAsync(Server);
        request.Progress = new V1.ProgressOptions { EverySteps = 1, IncludeLatent = true, CheckpointEverySteps = 3 };
        request.Adaptation = new V1.Adaptation { Mode = V1.AdaptationMode.Fixed, StartTimestep = 400 };
        request.Output = new V1.OutputOptions { Format = V1.PictureFormat.Tensor };
        return (request, await Requests.ReconstructAsync(Server, request));
    }

    private async Task<(StatusCode Code, string Reason)> RefusalAsync(V1.ReconstructRequest request)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(() => Requests.ReconstructAsync(Server, request));
        return (refused.StatusCode, refused.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Reason);
    }
}
