using FlashDiffusion.Server.Configuration;

namespace FlashDiffusion.Server.Tests.Configuration;

public sealed class HttpOptionsTests
{
    [Theory]
    [InlineData("*", true)]
    [InlineData("https://example.org", true)]
    [InlineData("http://localhost:5173", true)]
    [InlineData("https://example.org/", false)]
    [InlineData("https://example.org/page", false)]
    [InlineData("example.org", false)]
    [InlineData("ftp://example.org", false)]
    public void Validate_Origin_MustBeWhatABrowserSends(string origin, bool valid) =>
        Assert.Equal(valid, new HttpOptionsValidator().Validate(null, new HttpOptions { AllowedOrigins = [origin] }).Succeeded);

    [Theory]
    [InlineData("flash.example.org", true)]
    [InlineData("proxy", true)]
    [InlineData("flash.example.org:8000", false)]
    [InlineData("http://flash.example.org", false)]
    [InlineData("*", false)]
    public void Host_MustBeANameAlone(string host, bool valid) =>
        Assert.Equal(valid, new HttpOptionsValidator().Validate(null, new HttpOptions { AllowedHosts = [host] }).Succeeded);
}
