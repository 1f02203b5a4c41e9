using System.Globalization;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Configuration;

/// <summary>What annotations can't say of <see cref="ServerOptions"/>.</summary>
/// <param name="configuration">Has the port of the admin service, whose own section may be wrong at the same time.</param>
internal sealed class ServerOptionsValidator(IConfiguration configuration) : IValidateOptions<ServerOptions>
{
    public ValidateOptionsResult Validate(string? name, ServerOptions options)
    {
        var failures = new List<string>();
        if (!ListenAddress.IsValid(options.Listen))
        {
            failures.Add($"Server:Listen (--listen) must be '{ListenAddress.LoopbackWord}', '{ListenAddress.AnyWord}' or an IP address, but is '{options.Listen}'.");
        }

        int[] ports = [options.GrpcPort, options.HttpPort, options.MetricsPort, AdminPort()];
        foreach (var twice in ports.Where(port => port != 0).GroupBy(port => port).Where(group => group.Count() > 1))
        {
            failures.Add($"Port {twice.Key} is given to two of --grpc-port, --http-port, --metrics-port and --admin-port.");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    // 0 where there is none.
    private int AdminPort()
    {
        var admin = configuration.GetSection(AdminOptions.Section);
        return bool.TryParse(admin[nameof(AdminOptions.Enabled)], out var enabled) && enabled
            ? int.TryParse(admin[nameof(AdminOptions.Port)], NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : new AdminOptions().Port
            : 0;
    }
}
