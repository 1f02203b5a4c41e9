using FlashDiffusion.EndToEnd.Tests.Servers;
using FlashDiffusion.Testing.Certificates;

namespace FlashDiffusion.EndToEnd.Tests.Security;

/// <summary>A server with TLS that asks for a key, both made for the test.</summary>
public sealed class SecuredServer : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("flash-secured-");
    private RunningServer? _server;

    internal RunningServer Server => _server!;

    internal TestAuthority Authority { get; } = new();

    internal string Key { get; } = TestKey.New();

    /// <summary>The authority's certificate, for clients that take a file.</summary>
    public string AuthorityFile => PathOf("authority.pem");

    public async ValueTask InitializeAsync()
    {
        Authority.Server().Write(PathOf("server.pem"), PathOf("server.key"));
        await File.WriteAllTextAsync(AuthorityFile, Authority.Pem);
        await File.WriteAllTextAsync(PathOf("keys"), TestKey.Line("tester", Key));
        _server = await RunningServer.StartAsync([$"--tls-certificate={PathOf("server.pem")}", $"--tls-key={PathOf("server.key")}", $"--keys-file={PathOf("keys")}"]);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        Authority.Dispose();
        _folder.Delete(recursive: true);
    }

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);
}
