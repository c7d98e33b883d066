# The image of sluice-controller by docker build, for who cannot use dev/image; what is in it is the same, as it is made by the same script.
#
#   docker build --build-arg SDK=IMAGE -t sluice-controller .
#
# IMAGE is a .NET SDK that global.json takes, on Debian or Ubuntu: dotnet/sdk:10.0-noble from Microsoft's registry, or a mirror of it.
ARG SDK
FROM ${SDK} AS build
WORKDIR /src
COPY . .
RUN dev/publish && dev/image rootfs /rootfs

FROM scratch
COPY --from=build /rootfs /
ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
USER 65532:65532
ENTRYPOINT ["/sluice-controller"]
