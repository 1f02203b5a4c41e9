using Google.Protobuf.Reflection;
using Google.Rpc;
using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Grpc.JsonTranscoding;

namespace FlashDiffusion.Server.Http;

/// <summary>The API over HTTP in JSON, by the paths in the protos; a stream is one object a line.</summary>
internal static class JsonTwin
{
    public static void Add(IGrpcServerBuilder grpc) => grpc.AddJsonTranscoding(Configure);

    private static void Configure(GrpcJsonTranscodingOptions options)
    {
        // As ProtoJSON says: a seed of 64 bits does not fit into a number of JavaScript.
        options.JsonSettings.WriteInt64sAsStrings = true;
        // Details of errors.
        options.TypeRegistry = TypeRegistry.FromFiles(ErrorDetailsReflection.Descriptor);
    }
}
