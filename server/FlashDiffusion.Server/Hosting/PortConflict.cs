using System.Globalization;
using FlashDiffusion.Server.Configuration;
using Microsoft.AspNetCore.Connections;

namespace FlashDiffusion.Server.Hosting;

/// <summary>Says which port is taken, and which option changes it.</summary>
internal static class PortConflict
{
    /// <summary>One line for people if the exception means that a port can't be had; else null.</summary>
    public static string? Explain(Exception exception, ServerOptions options, AdminOptions admin)
    {
        if (exception is not IOException { InnerException: AddressInUseException } and not AddressInUseException and not System.Net.Sockets.SocketException)
        {
            return null;
        }

        (int Port, string Option, string Use)[] ports =
        [
            (options.GrpcPort, "--grpc-port", "gRPC"), (options.HttpPort, "--http-port", "HTTP"), (options.MetricsPort, "--metrics-port", "metrics"),
            (admin.Enabled ? admin.Port : 0, "--admin-port", "admin"),
        ];
        var taken = Array.Find(ports, port => port.Port != 0 && exception.Message.Contains($":{port.Port.ToString(CultureInfo.InvariantCulture)}:", StringComparison.Ordinal));
        return taken == default
            ? $"The server can't listen: {exception.Message}"
            : $"Port {taken.Port} ({taken.Use}) is taken by another program: choose another with {taken.Option}=PORT (0 takes a free one).";
    }
}
