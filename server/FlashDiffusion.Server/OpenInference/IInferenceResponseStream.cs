namespace FlashDiffusion.Server.OpenInference;

/// <summary>Where the responses of one request go; others may share it.</summary>
internal interface IInferenceResponseStream
{
    /// <summary>Says by the headers that a request has been taken on, if nothing has said so yet.</summary>
    Task BeginAsync();

    /// <summary>Writes a response, after those before it.</summary>
    Task WriteAsync(Inference.ModelInferResponse response);
}
