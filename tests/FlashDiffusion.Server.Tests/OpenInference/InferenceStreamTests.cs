using System.Runtime.CompilerServices;
using FlashDiffusion.Server.Errors;
using FlashDiffusion.Server.OpenInference;
using FlashDiffusion.Server.Retention;
using FlashDiffusion.Server.Tests.Security;
using FlashDiffusion.Server.Tests.Serving;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Time.Testing;

namespace FlashDiffusion.Server.Tests.OpenInference;

/// <summary>A stream of many requests whose client does not do what clients do, or whose server does not.</summary>
public sealed class InferenceStreamTests : ICallerIdentity, IDisposable
{
    private const int MostAtOnce = 4;
    private static readonly TimeSpan Stall = TimeSpan.FromSeconds(120);

    private readonly FakeTimeProvider _time = new();
    private readonly RecordedLog _log = new();
    private readonly TaskCompletionSource _drained = new();
    private int _stalled;

    [Fact]
    public async Task Read_NobodyReadsTheErrors_StopsReadingAndLetsTheClientGo()
    {
        var responses = new RecordedResponses { Stalled = true };
        using var stream = StreamTo(responses);
        var requests = new ScriptedRequests(1000, number => new Inference.ModelInferRequest { Id = $"{number}" });

        // It reads as far as it will before it comes back.
        var running = stream.RunAsync(requests);

        Assert.Equal(MostAtOnce, requests.Read);
        var error = await AdvanceUntilAsync(running);
        Assert.Equal((StatusCode.Cancelled, ErrorReasons.ClientStalled), (error!.Code, error.Reason));
        Assert.Equal((true, 1, 1), (responses.Aborted, responses.Written.Count, _stalled));
        Assert.Equal(MostAtOnce, requests.Read);
        Assert.Contains("did not read for 120 s", _log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refused_WhileItsErrorWaits_TheMessageIsGone()
    {
        var responses = new RecordedResponses { Stalled = true };
        using var stream = StreamTo(responses);
        var sent = new List<WeakReference>();
        var requests = new ScriptedRequests(MostAtOnce, number => Large(sent));
        var running = stream.RunAsync(requests);

        await Eventually.IsAsync(() =>
        {
            GC.Collect();
            return sent.Count == MostAtOnce && !responses.Written.IsEmpty && !sent.Exists(message => message.IsAlive);
        });

        Assert.False(running.IsCompleted);
        await AdvanceUntilAsync(running);
    }

    [Fact]
    public async Task Read_SomeEnd_GoesOnReading()
    {
        var responses = new RecordedResponses();
        using var stream = StreamTo(responses);
        var requests = new ScriptedRequests(20 * MostAtOnce, number => new Inference.ModelInferRequest { Id = $"{number}" });
        var running = stream.RunAsync(requests);
        requests.Complete();

        Assert.Null(await running);

        Assert.Equal(Enumerable.Range(0, 20 * MostAtOnce), responses.Written.Select(response => int.Parse(response.InferResponse.Id, System.Globalization.CultureInfo.InvariantCulture)).Order());
    }

    [Fact]
    public async Task Fault_OfTheServer_IsToldAtOnceWithOneFinalResponseAndTheStreamGoesOn()
    {
        var responses = new RecordedResponses();
        using var stream = StreamTo(responses);
        // The first is fine as far as it is read, and nobody can say whose it is.
        var requests = new ScriptedRequests(2, number => number == 0 ? BadInputs.BadInputInferTests.Fine() : new Inference.ModelInferRequest { Id = "second" });
        var running = stream.RunAsync(requests);

        await Eventually.IsAsync(() => responses.Written.Count == 2);

        Assert.False(running.IsCompleted);
        var fault = Assert.Single(responses.Written, response => response.InferResponse.Id.Length == 0);
        Assert.True(fault.InferResponse.Parameters["triton_final_response"].BoolParam);
        Assert.Equal(((long)StatusCode.Internal, ErrorReasons.InternalFault), (fault.InferResponse.Parameters["error_code"].Int64Param, fault.InferResponse.Parameters["error_reason"].StringParam));
        Assert.DoesNotContain("Nobody knows", fault.ErrorMessage, StringComparison.Ordinal);
        Assert.Contains("Nobody knows", _log.Text, StringComparison.Ordinal);
        requests.Complete();
        Assert.Null(await running);
    }

    [Fact]
    public async Task Refused_TextsWithoutEnd_ComeBackShort()
    {
        var responses = new RecordedResponses();
        using var stream = StreamTo(responses);
        var endless = new string('ü', 1_000_000);
        var requests = new ScriptedRequests(1, _ => new Inference.ModelInferRequest
        {
            Id = endless, ModelName = endless, ModelVersion = endless, Inputs = { new Inference.ModelInferRequest.Types.InferInputTensor { Name = endless } },
        });
        requests.Complete();

        Assert.Null(await stream.RunAsync(requests));

        var answer = Assert.Single(responses.Written);
        Assert.InRange(answer.CalculateSize(), 1, 8192);
        Assert.All(new[] { answer.InferResponse.Id, answer.InferResponse.ModelName, answer.InferResponse.ModelVersion }, text => Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(text), 48, 256));
    }

    [Fact]
    public async Task Drain_NothingRuns_EndsTheStreamSoThatItsClientGoesElsewhere()
    {
        var responses = new RecordedResponses();
        using var stream = StreamTo(responses);
        var running = stream.RunAsync(new ScriptedRequests(0, _ => new Inference.ModelInferRequest()));
        Assert.False(running.IsCompleted);

        _drained.SetResult();

        Assert.Same(EngineErrors.ShuttingDown, await running);
    }

    public void Dispose() => _log.Dispose();

    string ICallerIdentity.Of(ServerCallContext context) => throw new InvalidOperationException("Nobody knows whose it is.");

    // Nothing here comes as far as the engine.
    private InferenceStream StreamTo(RecordedResponses responses) => new(null!, this, responses, responses.Abort, new PlainCall(TestContext.Current.CancellationToken))
    {
        MostAtOnce = MostAtOnce,
        Drained = _drained.Task,
        Stall = Stall,
        Time = _time,
        Logger = _log,
        Stalling = () => Interlocked.Increment(ref _stalled),
    };

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Inference.ModelInferRequest Large(List<WeakReference> sent)
    {
        var message = new Inference.ModelInferRequest { RawInputContents = { ByteString.CopyFrom(new byte[1_000_000]) } };
        sent.Add(new WeakReference(message));
        return message;
    }

    private async Task<ServerError?> AdvanceUntilAsync(Task<ServerError?> running)
    {
        await Eventually.IsAsync(() =>
        {
            _time.Advance(Stall / 4);
            return running.IsCompleted;
        });
        return await running;
    }
}
