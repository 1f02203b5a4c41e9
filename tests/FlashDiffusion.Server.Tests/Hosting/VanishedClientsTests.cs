using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using FlashDiffusion.Server.Hosting;
using FlashDiffusion.Server.Tests.Requests;
using FlashDiffusion.Server.Tests.Security;
using FlashDiffusion.Server.Tests.Serving;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;

namespace FlashDiffusion.Server.Tests.Hosting;

/// <summary>A client over HTTP/1.1 whose machine is gone: its socket drops whatever comes, so that its system acknowledges nothing.</summary>
public sealed class VanishedClientsTests
{
    // Of Linux's socket.h.
    private const int SocketLevel = 1;
    private const int AttachFilter = 26;

    [Fact]
    public async Task Stream_WhoseClientVanishes_FreesItsPlace()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "What the other end has acknowledged is known on Linux.");
        using var stepping = new SemaphoreSlim(0);
        await using var server = await InProcessServer.StartAsync(
            new MapperScene { Called = (_, _) => stepping.Wait(TimeSpan.FromMilliseconds(20)) },
            services => services.AddSingleton(new VanishedClients(TimeProvider.System) { Patience = TimeSpan.FromSeconds(1), Interval = TimeSpan.FromMilliseconds(100) }));
        using var client = await ConnectAsync(server);
        await SendAsync(client, Long());
        Assert.True(await client.ReceiveAsync(new byte[1024], TestContext.Current.CancellationToken) > 0);
        Assert.Equal(1, server.ActiveSessions);

        Vanish(client);

        await Eventually.IsAsync(() => server.ActiveSessions == 0);
    }

    [Fact]
    public async Task Stream_WhoseClientAnswers_IsNotLetGo()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "What the other end has acknowledged is known on Linux.");
        await using var server = await InProcessServer.StartAsync(
            null,
            services => services.AddSingleton(new VanishedClients(TimeProvider.System) { Patience = TimeSpan.FromSeconds(5), Interval = TimeSpan.FromMilliseconds(10) }));
        using var client = await ConnectAsync(server);
        await SendAsync(client, Long());

        var text = new StringBuilder();
        var buffer = new byte[64 * 1024];
        while (!text.ToString().Contains("\"result\"", StringComparison.Ordinal))
        {
            var read = await client.ReceiveAsync(buffer, TestContext.Current.CancellationToken);
            Assert.NotEqual(0, read);
            text.Append(Encoding.UTF8.GetString(buffer, 0, read));
        }
    }

    private static V1.ReconstructRequest Long()
    {
        var request = MapperScene.Fine();
        request.Sampling = new V1.Sampling { Sampler = V1.Sampler.Ddpm };
        request.Adaptation = new V1.Adaptation { Mode = V1.AdaptationMode.Full };
        request.Progress = new V1.ProgressOptions { EverySteps = 1 };
        return request;
    }

    private static async Task<Socket> ConnectAsync(InProcessServer server)
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(IPAddress.Loopback, server.Http.Port, TestContext.Current.CancellationToken);
        return client;
    }

    private static async Task SendAsync(Socket client, V1.ReconstructRequest request)
    {
        var body = Encoding.UTF8.GetBytes(JsonFormatter.Default.Format(request));
        var head = Encoding.ASCII.GetBytes($"POST /v1/reconstructions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n");
        await client.SendAsync(head, TestContext.Current.CancellationToken);
        await client.SendAsync(body, TestContext.Current.CancellationToken);
    }

    /// <summary>Drops every packet before TCP sees it.</summary>
    private static void Vanish(Socket client)
    {
        // One instruction of a classic filter: ret #0.
        var instruction = Marshal.AllocHGlobal(8);
        try
        {
            Marshal.WriteInt64(instruction, 0x0006);
            var program = new byte[16];
            BitConverter.TryWriteBytes(program, (ushort)1);
            BitConverter.TryWriteBytes(program.AsSpan(8), (long)instruction);
            client.SetRawSocketOption(SocketLevel, AttachFilter, program);
        }
        finally
        {
            Marshal.FreeHGlobal(instruction);
        }
    }
}
