using Grpc.Core;

namespace FlashDiffusion.Server.OpenInference;

/// <summary>Where the native event writer writes to: turns events into responses and sends them, or keeps the result where only that is asked for.</summary>
internal sealed class InferenceEvents(InferenceCall call, InferenceResponses responses, Func<Inference.ModelInferResponse, Task>? send) : IServerStreamWriter<V1.ReconstructResponse>
{
    public WriteOptions? WriteOptions { get; set; }

    /// <summary>The result; null before it is there.</summary>
    public Inference.ModelInferResponse? Result { get; private set; }

    public async Task WriteAsync(V1.ReconstructResponse message)
    {
        switch (message.EventCase)
        {
            case V1.ReconstructResponse.EventOneofCase.Accepted:
                if (responses.Accept(message.Accepted) is { } start && send is not null)
                {
                    await send(start);
                }

                break;
            case V1.ReconstructResponse.EventOneofCase.Progress when send is not null && responses.Progress(message.Progress) is { } progress:
                await send(progress);
                break;
            case V1.ReconstructResponse.EventOneofCase.Result:
                Result = responses.Result(message.Result, isFinal: !call.EmptyFinalResponse);
                if (send is not null)
                {
                    await send(Result);
                    await (call.EmptyFinalResponse ? send(responses.Final()) : Task.CompletedTask);
                }

                break;
        }
    }
}
