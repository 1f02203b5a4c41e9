namespace FlashDiffusion.Server.OpenInference;

/// <summary>Names that the protocol or this server gave.</summary>
internal static class InferenceNames
{
    public const string Measurement = "measurement";
    public const string Mask = "mask";
    public const string Kernel = "kernel";
    public const string Picture = "picture";
    public const string Latent = "latent";

    /// <summary>Input and output: a state to go on from, opaque bytes. It goes with the parameter <see cref="Resume"/> of the same response.</summary>
    public const string Checkpoint = "checkpoint";

    /// <summary>Parameter of a response and of a request: the token of a checkpoint, in base64.</summary>
    public const string Resume = "resume";

    /// <summary>Parameter of a request: steps from one checkpoint to the next.</summary>
    public const string CheckpointEvery = "checkpoint_every";

    /// <summary>Parameter of a request: refuses to go on where the bits could differ.</summary>
    public const string RequireExact = "require_exact";
    public const string Platform = "flashdiffusion";

    /// <summary>Parameter of a response: whether it is the request's last.</summary>
    public const string FinalResponse = "triton_final_response";

    /// <summary>Parameter of a request: whether its end is said by a response of its own.</summary>
    public const string EmptyFinalResponse = "triton_enable_empty_final_response";

    /// <summary>Parameter of an input: bytes behind the JSON, in HTTP's binary extension. KServe's client sends it over gRPC too.</summary>
    public const string BinaryDataSize = "binary_data_size";

    /// <summary>Parameter of a requested output: whether it comes behind the JSON, in HTTP's binary extension.</summary>
    public const string BinaryData = "binary_data";

    /// <summary>Parameter of a request: the same for all outputs that it does not name. Clients made for HTTP send it, over gRPC too.</summary>
    public const string BinaryDataOutput = "binary_data_output";

    /// <summary>Header: whether the first error ends the whole stream with its status.</summary>
    public const string GrpcErrorHeader = "triton_grpc_error";
}
