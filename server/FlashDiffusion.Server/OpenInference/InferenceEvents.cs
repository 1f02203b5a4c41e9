using FlashDiffusion.Server.Services;
using Grpc.Core;

namespace FlashDiffusion.Server.OpenInference;

/// <summary>Where the native event writer writes to: turns events into responses and sends them, or keeps the result where only that is asked for.</summary>
/// <param name="reply">What responses need of the request.</param>
/// <param name="responses">Makes its responses.</param>
/// <param name="time">Clock.</param>
/// <param name="stream">Where they go; null where only the result is asked for.</param>
internal sealed class InferenceEvents(InferenceReply reply, InferenceResponses responses, TimeProvider time, IInferenceResponseStream? stream) : IServerStreamWriter<V1.ReconstructResponse>
{
    /// <summary>After such a silence what has nothing to show is shown too. With the pulse of <see cref="EventWriter"/> no silence after the first event lasts longer than ten seconds.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(5);

    private long _sent = time.GetTimestamp();

    public WriteOptions? WriteOptions { get; set; }

    /// <summary>The result; null before it is there.</summary>
    public Inference.ModelInferResponse? Result { get; private set; }

    /// <summary>Whether its last response has been sent.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>The request has been taken on.</summary>
    public Task AdmittedAsync() => stream is null ? Task.CompletedTask : stream.BeginAsync();

    public async Task WriteAsync(V1.ReconstructResponse message)
    {
        switch (message.EventCase)
        {
            case V1.ReconstructResponse.EventOneofCase.Accepted:
                await SendAsync(responses.Accept(message.Accepted));
                break;
            case V1.ReconstructResponse.EventOneofCase.Progress:
                await SendAsync(responses.Progress(message.Progress) ?? (time.GetElapsedTime(_sent) < Silence ? null : responses.Alive(message.Progress)));
                break;
            case V1.ReconstructResponse.EventOneofCase.Result:
                Result = responses.Result(message.Result, isFinal: !reply.EmptyFinalResponse);
                await SendAsync(Result);
                await SendAsync(reply.EmptyFinalResponse ? responses.Final() : null);
                break;
        }
    }

    private async Task SendAsync(Inference.ModelInferResponse? response)
    {
        if (response is not null && stream is not null)
        {
            await stream.WriteAsync(response);
            _sent = time.GetTimestamp();
            HasEnded = response.Parameters[InferenceNames.FinalResponse].BoolParam;
        }
    }
}
