using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace FlashDiffusion.Server.Hosting;

/// <summary>
/// Makes the sockets that listen, whose connections inherit what is set here: the system looks by itself whether the other machine is still there.
/// HTTP/1.1 has no pings, and would hold a place on the device until TCP gives up, a quarter of an hour later. On Linux it is the patience alone that ends a
/// connection, also one that only waits: where it is set, the number of unanswered probes has no say. It counts a reader that pauses as one that is gone, and so must be
/// longer than a pause may be; who is gone is told apart, and sooner, by <see cref="VanishedClients"/> over HTTP/1.1 and by the pings of HTTP/2.
/// </summary>
internal static class WatchedSockets
{
    // Both of Linux's tcp.h.
    private const int TcpLevel = 6;
    private const int TcpUserTimeout = 18;

    private const int SecondsOfSilence = 20;
    private const int SecondsBetweenProbes = 5;

    // Elsewhere than on Linux.
    private const int Probes = 3;

    /// <param name="endpoint">Where it listens.</param>
    /// <param name="patience">Time after which a machine is gone that acknowledges nothing, or has no room for anything: Linux counts both.</param>
    public static Socket Listen(EndPoint endpoint, TimeSpan patience)
    {
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
        if (endpoint is IPEndPoint)
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, SecondsOfSilence);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, SecondsBetweenProbes);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, Probes);
            if (OperatingSystem.IsLinux())
            {
                // Probes are sent only while nothing waits for an acknowledgement, and a stream always has something under way.
                socket.SetRawSocketOption(TcpLevel, TcpUserTimeout, BitConverter.GetBytes((int)Math.Min(patience.TotalMilliseconds, int.MaxValue)));
            }
        }

        return socket;
    }
}
