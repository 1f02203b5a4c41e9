using System.Text.RegularExpressions;
using FlashDiffusion.Engine.Configuration;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Configuration;

/// <summary>Checks how devices are written; whether they are there only the start can say.</summary>
internal sealed partial class DeviceOptionsValidator : IValidateOptions<EngineOptions>
{
    public ValidateOptionsResult Validate(string? name, EngineOptions options) =>
        options.Device.Length == 0 || options.Device.Split(',', StringSplitOptions.TrimEntries).All(device => DeviceName().IsMatch(device))
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"Engine:Device (--device) must be cpu, cuda or cuda:INDEX, or several of them with commas, but is '{options.Device}'.");

    [GeneratedRegex(@"^(cpu|cuda(:\d{1,3})?)$")]
    private static partial Regex DeviceName();
}
