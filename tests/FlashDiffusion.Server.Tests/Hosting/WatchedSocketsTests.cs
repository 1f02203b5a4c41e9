using System.Net;
using System.Net.Sockets;
using FlashDiffusion.Server.Tests.Serving;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Tests.Hosting;

public sealed class WatchedSocketsTests
{
    [Fact]
    public async Task Connection_OfAServer_IsWatchedByTheSystemForAsLongAsAReaderMayPause()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "How long may pass without an acknowledgement is an option of Linux.");
        await using var server = await InProcessServer.StartAsync(null, ("Server:StallSeconds", "90"));
        using var listening = server.Services.GetRequiredService<IOptions<SocketTransportOptions>>().Value.CreateBoundListenSocket(new IPEndPoint(IPAddress.Loopback, 0));
        listening.Listen();
        using var client = new TcpClient();
        await client.ConnectAsync((IPEndPoint)listening.LocalEndPoint!, TestContext.Current.CancellationToken);
        using var connection = await listening.AcceptAsync(TestContext.Current.CancellationToken);

        var timeout = new byte[4];
        connection.GetRawSocketOption(6, 18, timeout);
        Assert.NotEqual(0, connection.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive));
        Assert.Equal((20, 390_000), ((int)connection.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime)!, BitConverter.ToInt32(timeout)));
    }
}
