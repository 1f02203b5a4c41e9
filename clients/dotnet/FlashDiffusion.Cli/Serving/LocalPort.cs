using System.Net;
using System.Net.Sockets;

namespace FlashDiffusion.Cli.Serving;

/// <summary>TCP ports of the loopback interface.</summary>
internal static class LocalPort
{
    public static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>A port that was free a moment ago.</summary>
    public static int AnyFree()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>The port if it is free, else 0, which lets a server take any.</summary>
    public static int OrAny(int port) => IsFree(port) ? port : 0;
}
