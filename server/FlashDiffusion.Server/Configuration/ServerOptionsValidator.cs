using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Configuration;

/// <summary>What annotations can't say of <see cref="ServerOptions"/>.</summary>
internal sealed class ServerOptionsValidator : IValidateOptions<ServerOptions>
{
    public ValidateOptionsResult Validate(string? name, ServerOptions options)
    {
        var failures = new List<string>();
        if (!ListenAddress.IsValid(options.Listen))
        {
            failures.Add($"Server:Listen (--listen) must be '{ListenAddress.LoopbackWord}', '{ListenAddress.AnyWord}' or an IP address, but is '{options.Listen}'.");
        }

        int[] ports = [options.GrpcPort, options.HttpPort, options.MetricsPort];
        foreach (var twice in ports.Where(port => port != 0).GroupBy(port => port).Where(group => group.Count() > 1))
        {
            failures.Add($"Port {twice.Key} is given to two of --grpc-port, --http-port and --metrics-port.");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
