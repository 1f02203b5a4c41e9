using FlashDiffusion.Client;
using Grpc.Core;

namespace FlashDiffusion.Cli.Commands;

/// <summary>The options that help where a server lets nobody in: servers speak of headers and certificates, people of options.</summary>
internal static class ConnectionHints
{
    // What the client says, since gRPC has one code for all of it.
    private const string UnknownAuthority = "signed by no authority that is trusted here";
    private const string ClientCertificate = "may ask for a client certificate";

    /// <returns>Empty, or a sentence with a space before it.</returns>
    public static string Of(Exception failure) => failure switch
    {
        FlashException { Code: StatusCode.Unauthenticated } => $" Give --api-key-file, or set {ConnectionOptions.KeyVariable}.",
        FlashException when failure.Message.Contains(UnknownAuthority, StringComparison.Ordinal) => " Give its authority's with --ca-file.",
        FlashException when failure.Message.Contains(ClientCertificate, StringComparison.Ordinal) => " Give --cert-file and --cert-key-file.",
        _ => "",
    };
}
