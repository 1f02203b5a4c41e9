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
}
