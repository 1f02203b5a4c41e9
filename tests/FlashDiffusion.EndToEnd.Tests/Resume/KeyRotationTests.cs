using System.Security.Cryptography;
using FlashDiffusion.EndToEnd.Tests.Servers;
using Google.Rpc;
using Grpc.Core;

namespace FlashDiffusion.EndToEnd.Tests.Resume;

/// <summary>The key of resume tokens changes in its file while a real server works.</summary>
public sealed class KeyRotationTests : IDisposable
{
    private const string Taken = "The files of the keys of resume tokens have changed and are in use.";
    private static readonly string Old = Convert.ToBase64String(SHA256.HashData("the old key"u8));
    private static readonly string New = Convert.ToBase64String(SHA256.HashData("the new key"u8));
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("flash-keys-");

    private string KeysFile => Path.Combine(_folder.FullName, "keys");

    [Fact]
    public async Task Rotate_WhileAStreamRuns_ItEndsWell_OldTokensOpenUntilTheirKeyIsGone()
    {
        Write($"{Old}\n{New}\n");
        await using var server = await RunningServer.StartAsync([$"--Resume:KeysFile={KeysFile}", "--Tls:ReloadSeconds=0.1"]);
        var request = await LongAsync(server);

        var (before, after, result) = await RunAsync(server, request, rotateTo: $"{New}\n{Old}\n");
        Assert.NotNull(result);
        Assert.Equal(before.Step, await ResumedStepAsync(server, request, before));
        Assert.Equal(after.Step, await ResumedStepAsync(server, request, after));

        Write($"{New}\n");
        await server.SaysAsync(Taken, times: 2);
        var refusal = await Assert.ThrowsAsync<RpcException>(() => ResumedStepAsync(server, request, before));
        Assert.Equal((StatusCode.InvalidArgument, "RESUME_TOKEN_INVALID"), (refusal.StatusCode, refusal.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Reason));
        Assert.Equal(after.Step, await ResumedStepAsync(server, request, after));

        Write("a typing error\n");
        await server.SaysAsync("The files of the keys of resume tokens have changed and can't be used", times: 1);
        Assert.Equal(after.Step, await ResumedStepAsync(server, request, after));
        Assert.All([Old, New, "a typing error"], secret => Assert.DoesNotContain(secret, server.Output, StringComparison.Ordinal));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>As mounted secrets change: another file in its place, never a half one.</summary>
    private void Write(string text)
    {
        File.WriteAllText(KeysFile + ".next", text);
        File.Move(KeysFile + ".next", KeysFile, overwrite: true);
    }

    private static async Task<V1.ReconstructRequest> LongAsync(RunningServer server)
    {
        var request = await Requests.BlurredAsync(server);
        request.Adaptation = new V1.Adaptation { Mode = V1.AdaptationMode.Fixed, StartTimestep = 900 };
        request.Sampling = new V1.Sampling { Sampler = V1.Sampler.Ddim, DdimSteps = 120 };
        request.Progress = new V1.ProgressOptions { EverySteps = 1, CheckpointEverySteps = 3 };
        return request;
    }

    /// <summary>Changes the file at the first checkpoint, and reads on to the end.</summary>
    private async Task<(V1.Checkpoint Before, V1.Checkpoint After, V1.Result? Result)> RunAsync(RunningServer server, V1.ReconstructRequest request, string rotateTo)
    {
        V1.Checkpoint? before = null, after = null;
        V1.Result? result = null;
        using var call = server.Reconstruction.Reconstruct(request, Requests.Call);
        await foreach (var answer in call.ResponseStream.ReadAllAsync())
        {
            result = answer.Result ?? result;
            if ((answer.Accepted?.Checkpoint ?? answer.Progress?.Checkpoint) is not { } checkpoint)
            {
                continue;
            }

            after = checkpoint;
            if (before is null)
            {
                before = checkpoint;
                Write(rotateTo);
                await server.SaysAsync(Taken, times: 1);
            }
        }

        return (before!, after!, result);
    }

    /// <summary>The step that a server goes on from; what is left is cancelled.</summary>
    private static async Task<int> ResumedStepAsync(RunningServer server, V1.ReconstructRequest request, V1.Checkpoint checkpoint)
    {
        var again = request.Clone();
        again.ResumeFrom = new V1.ResumeFrom { Token = checkpoint.Token, Checkpoint = checkpoint.Data };
        using var call = server.Reconstruction.Reconstruct(again, Requests.Call);
        Assert.True(await call.ResponseStream.MoveNext(Requests.Call.CancellationToken));
        return call.ResponseStream.Current.Accepted.Resumed.Step;
    }
}
